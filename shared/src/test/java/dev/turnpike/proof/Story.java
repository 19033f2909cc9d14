package dev.turnpike.proof;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.run.Run;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;

/// A run of three steps: the model asks for a tool of each kind, they run, the model says what came of it. One that
/// waits for it says so at once.
final class Story {
    private static final String HELLO = "{\"input\": \"Hello\"}";
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";
    private static final String AT_LENGTH = """
        {"background": true, "input": [{"role": "user", "content": "%s"}, {"role": "user", "content": "Hello"}],
         "context_management": [{"type": "compaction", "compact_threshold": 1000}]}
        """.formatted("Once upon a time. ".repeat(100));
    private static final String IN_JSON = """
        {"input": "Hello", "background": true,
         "text": {"format": {"type": "json_schema", "name": "end", "schema": {"type": "object"}}}}
        """;
    private static final Duration THINKING = Duration.ofSeconds(20);

    /// Enough for one step, as long as the model thinks.
    private static final Duration SHORT_INVOCATION = Duration.ofSeconds(40);

    /// Until whoever waits looks again.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    final Workbench bench;
    final Promises promises;

    /// How the run is started.
    enum Way {
        THROUGH_THE_QUEUE("a run that the queue started"),
        STEP_BY_STEP("a run whose every step is another invocation"),
        IN_LINE("a run that the api function started"),
        IN_TURN("a run that waited for another"),
        WITH_SUMMARY("a run that summarised what it was told"),
        IN_JSON("a run that wrote its answer once more");

        final String title;

        Way(String title) {
            this.title = title;
        }
    }

    Story(Tools tools) {
        bench = tools.bench();
        bench.model.improvises(this::answer);
        bench.caps("tenant/month=1usd", "key/day=1000000tokens");
        promises = new Promises(bench, tools);
    }

    private Script answer(ModelRequest request) {
        boolean summary = request.items().getLast() instanceof Item.Message message
                && message.text().contains("Write a summary");
        if (summary) {
            return says("They told a story.").meanwhile(() -> bench.clock.advance(THINKING));
        }
        boolean done = request.items().stream().anyMatch(Item.ToolResult.class::isInstance);
        if (request.items().getLast() instanceof Item.Draft) {
            return says("{}").meanwhile(() -> bench.clock.advance(THINKING));
        }
        return (done ? says("Done.") : calls("look", "mail", "pay")).meanwhile(() -> bench.clock.advance(THINKING));
    }

    void take(Way way) {
        try {
            switch (way) {
                case THROUGH_THE_QUEUE -> {
                    bench.post(IN_BACKGROUND);
                    bench.work();
                }
                case STEP_BY_STEP -> {
                    bench.post(IN_BACKGROUND);
                    bench.work(SHORT_INVOCATION);
                }
                case IN_LINE -> bench.call(HELLO);
                case WITH_SUMMARY -> {
                    bench.post(AT_LENGTH);
                    bench.work(SHORT_INVOCATION);
                }
                case IN_JSON -> {
                    bench.post(IN_JSON);
                    bench.work(SHORT_INVOCATION);
                }
                case IN_TURN -> {
                    Run first = bench.post(IN_BACKGROUND);
                    bench.post("{\"input\": \"Hello again\", \"background\": true, \"conversation\": \"conv_%s\"}"
                            .formatted(first.key().conversation().id()));
                    bench.work();
                    bench.clock.advance(LONGEST_WAIT);
                    bench.work();
                }
            }
        } catch (StoreUnavailableException | ProcessDied _) {
            // The caller is told that it failed; what was begun goes on all the same.
        }
    }
}
