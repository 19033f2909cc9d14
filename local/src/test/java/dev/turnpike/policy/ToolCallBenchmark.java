package dev.turnpike.policy;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.tool.ToolSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What stands between a model and a tool that does nothing: the registry of fifty tools, the check of the arguments,
/// the policy with twenty rules of an operator's. Everything but the table.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ToolCallBenchmark {
    private static final double MOST_MICROS = 1_000;
    private static final int TOOLS = 50;
    private static final int RULES = 20;
    private static final String ARGUMENTS = """
        {"path": "docs/guide/setup.md", "line": 12, "text": "Read https://docs.example.com/a first.", "tags": ["a", "b"]}
        """;
    private static final String COMMAND = """
        {"command": "cd src && grep -rn 'TODO' --include=*.java . | sort | head -20; echo \\"$(date)\\""}
        """;
    private static final ToolContext CONTEXT = new ToolContext("t", "u", "c", "r", "k", Instant.MAX);

    record Note(String path, int line, String text, List<String> tags) {}

    record Command(String command) {}

    private record Trivial<A extends Record>(String name, Class<A> type, Kind kind) implements Tool<A> {
        @Override
        public String description() {
            return "Does nothing.";
        }

        @Override
        public ToolSchema<A> arguments() {
            return ToolSchema.of(type);
        }

        @Override
        public Effect effect() {
            return Effect.REPEATABLE;
        }

        @Override
        public String call(A arguments, ToolContext context) {
            return "Done.";
        }
    }

    private final GuardedTools tools = tools();

    private static GuardedTools tools() {
        List<Tool<?>> all = new ArrayList<>();
        for (int i = 0; i < TOOLS; i++) {
            all.add(new Trivial<>("note_" + i, Note.class, Kind.LAMBDA));
        }
        all.add(new Trivial<>("execute_bash", Command.class, Kind.SANDBOX));
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < RULES; i++) {
            rules.add(
                    "{\"tools\":\"note_*\",\"paths\":\"secrets/%d/*\",\"hosts\":\"*.evil%d.example\",\"then\":\"deny\"}"
                            .formatted(i, i));
        }
        return new GuardedTools(ToolRegistry.of(all), Policy.parse("[" + String.join(",", rules) + "]"));
    }

    @Benchmark
    public ToolOutcome trivialTool() {
        return guarded("note_49", ARGUMENTS);
    }

    @Benchmark
    public ToolOutcome shellCommand() {
        return guarded("execute_bash", COMMAND);
    }

    private ToolOutcome guarded(String tool, String arguments) {
        if (tools.judge(tool, arguments).decision() == Decision.DENY) {
            throw new IllegalStateException("the benchmark's calls are not denied");
        }
        ToolOutcome outcome = tools.registry().run(tool, arguments, CONTEXT);
        if (!(outcome instanceof ToolOutcome.Done)) {
            throw new IllegalStateException(outcome.text());
        }
        return outcome;
    }

    /// @param arguments JMH's own, such as `-f 1 -i 3`
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        var options = new OptionsBuilder()
                .parent(new CommandLineOptions(arguments))
                .include(ToolCallBenchmark.class.getName())
                .build();
        Collection<RunResult> results = new Runner(options).run();
        for (RunResult result : results) {
            double micros = result.getPrimaryResult().getScore();
            System.out.printf(
                    "%s: %.1f microseconds a call: below a millisecond: %s%n",
                    result.getPrimaryResult().getLabel(), micros, micros < MOST_MICROS ? "met" : "NOT met");
        }
    }
}
