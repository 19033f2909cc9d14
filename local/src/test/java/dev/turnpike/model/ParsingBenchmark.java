package dev.turnpike.model;

import dev.turnpike.model.AnswerParsers.AnswerParser;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// From the bytes of a stream to the answer, beside two other clients: nanoseconds and bytes allocated for each event.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 30, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ParsingBenchmark {
    private static final double LEAST_TIMES = 3;
    private static final double MOST_BYTES = 1_000;

    private final byte[] stream = RecordedAnswer.bytes();
    private final AnswerParser ours = AnswerParsers.ours(stream);
    private final AnswerParser langChain4j = AnswerParsers.langChain4j(stream);
    private final AnswerParser openAiJava = AnswerParsers.openAiJava(stream);

    @Benchmark
    @OperationsPerInvocation(RecordedAnswer.EVENTS)
    public Object turnpike() throws Exception {
        return ours.parse();
    }

    @Benchmark
    @OperationsPerInvocation(RecordedAnswer.EVENTS)
    public Object langchain4j() throws Exception {
        return langChain4j.parse();
    }

    @Benchmark
    @OperationsPerInvocation(RecordedAnswer.EVENTS)
    public Object openaiJava() throws Exception {
        return openAiJava.parse();
    }

    /// @param arguments JMH's own, such as `-f 1 -i 3`
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        var options = new OptionsBuilder()
                .parent(new CommandLineOptions(arguments))
                .include(ParsingBenchmark.class.getName())
                .addProfiler(GCProfiler.class)
                .build();
        System.out.println(table(new Runner(options).run()));
    }

    private static String table(Collection<RunResult> results) {
        Map<String, RunResult> byName = new TreeMap<>();
        results.forEach(result -> byName.put(result.getPrimaryResult().getLabel(), result));
        RunResult ours = Objects.requireNonNull(byName.get("turnpike"));
        var table = new StringBuilder(row("", "events/s", "ns/event", "bytes/event", "times ours"));
        byName.forEach((name, result) -> table.append(row(
                name,
                number("%,.0f", 1e9 / nanos(result)),
                number("%,.0f", nanos(result)),
                number("%,.0f", bytes(result)),
                number("%.1f", nanos(result) / nanos(ours)))));
        double least = byName.entrySet().stream()
                .filter(result -> !result.getKey().equals("turnpike"))
                .mapToDouble(result -> nanos(result.getValue()))
                .min()
                .orElseThrow();
        return table.append(verdict("at least 3 times as fast as either", least >= LEAST_TIMES * nanos(ours)))
                .append(verdict("at most 1,000 bytes per event", bytes(ours) <= MOST_BYTES))
                .toString();
    }

    /// Of the best of all iterations: whatever else the machine does can only add to it.
    private static double nanos(RunResult result) {
        return result.getPrimaryResult().getStatistics().getMin();
    }

    private static double bytes(RunResult result) {
        return Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))
                .getScore();
    }

    private static String row(String... cells) {
        return "%n%-12s %12s %10s %12s %12s".formatted((Object[]) cells);
    }

    private static String number(String form, double number) {
        return String.format(Locale.ROOT, form, number);
    }

    private static String verdict(String target, boolean met) {
        return "%n%s: %s".formatted(target, met ? "met" : "NOT met");
    }
}
