package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import dev.turnpike.tool.ToolSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How many calls of our tools a run makes, when its request says so.
class ToolLimitTest {
    private static final String TWO_CALLS = "{\"input\": \"Hello\", \"max_tool_calls\": 2}";

    private static final String BEYOND = "The limit of tool calls for this run is reached, so the call was not made."
            + " Answer with what is known.";

    private final CountedTool look = CountedTool.readOnly("look");
    private final CountedTool pay = CountedTool.once("pay");
    private final Workbench bench = new Workbench(look, pay);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    void callsBeyondTheLimitAreNotMadeAndTheModelIsTold() {
        bench.model.plays(calls("look", "pay", "pay", "look"), says("Done."));

        Run run = finished(TWO_CALLS);

        assertThat(look.starts()).hasSize(1);
        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.results(run))
                .extracting(Item.ToolResult::outcome)
                .containsExactly(Outcome.DONE, Outcome.DONE, Outcome.FAILED, Outcome.FAILED);
        assertThat(bench.results(run)).extracting(Item.ToolResult::output).endsWith(BEYOND, BEYOND);
        assertThat(bench.said(run)).isEqualTo("Done.");
        assertThat(run.stopReason()).isEqualTo(StopReason.ANSWERED);
    }

    @Test
    void theLimitCountsOverTheWholeRun() {
        bench.model.plays(calls("look"), calls("look"), calls("look"), says("Done."));

        Run run = finished(TWO_CALLS);

        assertThat(look.starts()).hasSize(2);
        assertThat(bench.results(run)).extracting(Item.ToolResult::output).endsWith(BEYOND);
    }

    @Test
    void onceItIsReachedTheModelAnswersWithoutOurTools() {
        bench.model.plays(calls("look"), calls("look"), says("Done."));

        finished(TWO_CALLS);

        assertThat(bench.model.requests())
                .extracting(ToolLimitTest::offered)
                .containsExactly(List.of("look", "pay"), List.of("look", "pay"), List.of());
    }

    @Test
    void theCallersOwnToolsAreNotCounted() {
        bench.model.plays(calls("look", "mine"));

        Run run = finished("""
            {"input": "Hello", "max_tool_calls": 1, "tools": [{"type": "function", "name": "mine"},
             {"type": "mcp", "server_label": "turnpike", "require_approval": "never"}]}\
            """);
        assertThat(run.stopReason()).isEqualTo(StopReason.CLIENT_TOOLS);
        assertThat(look.starts()).hasSize(1);

        bench.model.plays(calls("look"), calls("mine"));
        Run next = finished("""
            {"previous_response_id": "%s", "max_tool_calls": 1,
             "input": [{"type": "function_call_output", "call_id": "call_1", "output": "here"}],
             "tools": [{"type": "function", "name": "mine"},
             {"type": "mcp", "server_label": "turnpike", "require_approval": "never"}]}\
            """.formatted(run.key().responseId()));

        assertThat(offered(bench.model.requests().getLast())).containsExactly("mine");
        assertThat(next.stopReason()).isEqualTo(StopReason.CLIENT_TOOLS);
        assertThat(look.starts()).hasSize(2);
    }

    @Test
    void whoeverGoesOnAfterACrashKeepsToIt() {
        for (Fault fault : List.of(Fault.DIES_BEFORE, Fault.DIES_AFTER)) {
            look.startOver(new PortCalls());
            bench.model.plays(calls("look", "look"), calls("look"), says("Done."));
            Run run = bench.post("{\"input\": \"Hello\", \"max_tool_calls\": 1}");

            bench.calls.hitNext("saveToolResult", fault);
            bench.work();
            bench.recover();

            assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
            assertThat(bench.results(run))
                    .extracting(Item.ToolResult::outcome)
                    .containsExactly(Outcome.DONE, Outcome.FAILED, Outcome.FAILED);
            assertThat(look.starts()).allMatch(look.starts().getFirst()::equals);
        }
    }

    @Test
    void whoeverTakesOverTheRunKeepsToIt() {
        bench.model.plays(calls("look"), calls("look"), calls("look"), says("Done."));
        Run run = bench.post(TWO_CALLS);

        // Each step finds too little time left for another.
        for (int step = 0; step < 6; step++) {
            bench.work(EngineSettings.defaults("test").modelStepNeeds().plus(Duration.ofSeconds(1)));
            bench.clock.advance(Duration.ofMinutes(1));
        }

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(look.starts()).hasSize(2);
    }

    private Run finished(String request) {
        Run run = bench.post(request);
        bench.work();
        return bench.now(run);
    }

    private static List<String> offered(ModelRequest request) {
        return request.tools().stream().map(ToolSpec::name).sorted().toList();
    }
}
