package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.admission.Admission;
import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Calls that a person must allow.
class ApprovalTest {
    private static final String ASKING = """
        "tools": [{"type": "mcp", "server_label": "turnpike", "require_approval": %s}]\
        """;

    private final CountedTool look = CountedTool.readOnly("look");
    private final CountedTool pay = CountedTool.once("pay");
    private final Workbench bench = new Workbench(look, pay);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    void theRunEndsAndAsksAndNothingIsStarted() {
        Run run = asked();

        assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(run.stopReason()).isEqualTo(StopReason.APPROVAL);
        assertThat(bench.output(run)).singleElement().isInstanceOfSatisfying(Item.ApprovalRequest.class, request -> {
            assertThat(request.name()).isEqualTo("pay");
            assertThat(request.arguments()).isEqualTo("{}");
            assertThat(request.id())
                    .startsWith("mcpr_" + run.key().conversation().id());
        });
        assertThat(pay.starts()).isEmpty();
    }

    @Test
    void whatIsAllowedRunsFirstAndTheModelGoesOn() {
        Run run = asked();
        bench.model.plays(says("Paid."));

        Run next = answer(run, true, "");

        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.output(next))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("ToolCall", "ToolResult", "Message");
        assertThat(((Item.ToolCall) bench.output(next).getFirst()).callId())
                .isEqualTo(request(run).id());
        assertThat(bench.model.requests().getLast().items())
                .extracting(item -> item.getClass().getSimpleName())
                .containsSubsequence("Message", "ToolCall", "ToolResult");
    }

    @Test
    void whatIsDeniedDoesNotRunAndTheModelIsToldWhy() {
        Run run = asked();
        bench.model.plays(says("As you like."));

        Run next = answer(run, false, ", \"reason\": \"Too dear.\"");

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.results(next))
                .extracting(Item.ToolResult::output)
                .containsExactly("The person who was asked did not allow this call. Reason: Too dear.");
        assertThat(bench.said(next)).isEqualTo("As you like.");
    }

    @Test
    @DisplayName("Row 31: an approval that is sent again, in a fork, does not run the tool again")
    void row31Replayed() {
        Run run = asked();
        bench.model.plays(says("Paid."), says("Once is enough."));
        answer(run, true, "");

        Run again = answer(run, true, "");

        assertThat(again.key().conversation()).isNotEqualTo(run.key().conversation());
        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.results(again))
                .extracting(Item.ToolResult::output)
                .containsExactly("This approval has been used before, so the call was not made again.");
    }

    @Test
    @DisplayName("Row 31: what runs is what was asked, whatever the caller sends along")
    void row31Changed() {
        Run run = asked();
        bench.model.plays(says("Paid."));

        Run next = answer(run, true, ", \"name\": \"look\", \"arguments\": \"{\\\"all\\\": true}\"");

        assertThat(look.starts()).isEmpty();
        assertThat(bench.output(next).getFirst())
                .isInstanceOfSatisfying(
                        Item.ToolCall.class,
                        call -> assertThat(call.arguments()).isEqualTo("{}"));
    }

    @Test
    @DisplayName("Row 31: an approval holds while what the person looked at is the same")
    void row31Bound() {
        var state = new AtomicReference<>("7");
        pay.boundBy(state::get);
        Run run = asked();
        assertThat(request(run).boundTo()).isEqualTo("7");
        state.set("8");
        bench.model.plays(says("Then not."));

        Run refused = answer(run, true, "");

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.results(refused))
                .extracting(Item.ToolResult::output)
                .containsExactly("What the person looked at has changed since they allowed this call, so it was not"
                        + " made. Ask again.");
        state.set("7");
        bench.model.plays(says("Paid."));
        answer(run, true, "");
        assertThat(pay.starts()).as("the approval was not used up").hasSize(1);
    }

    @Test
    @DisplayName("Row 31: an approval that comes a day later is refused")
    void row31Expired() {
        Run run = asked();
        bench.clock.advance(Duration.ofHours(24));

        assertThat(refused(run, request(run).id()))
                .isEqualTo(new Admission.ApprovalExpired(request(run).id()));
    }

    @Test
    @DisplayName("Row 31: an approval of what nobody asked, or another tenant, is refused")
    void row31Unknown() {
        Run run = asked();
        String id = request(run).id();
        for (String wrong : List.of("", "mcpr_1", id + "0", id.replaceFirst("_0", "_9"), id.replaceFirst(".$", "!"))) {
            assertThat(refused(run, wrong)).isEqualTo(new Admission.NoApprovalRequest(wrong));
        }
    }

    @Test
    void aCrashBetweenTheApprovalsUseAndTheCommitRunsNoOnceOnlyToolAgain() {
        Run run = asked();
        bench.model.plays(says("Who knows."));
        bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
        bench.post(approval(run, request(run).id(), true, ", \"background\": true"));

        bench.work();
        bench.recover();

        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.store.runs())
                .extracting(Run::stopReason)
                .containsExactlyInAnyOrder(StopReason.APPROVAL, StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    void callsThatNeedNoApprovalRunBeforeTheRunEndsToAsk() {
        bench.model.plays(calls("pay", "look"), says("Never."));

        bench.call("{\"input\": \"Pay\", " + ASKING.formatted("{\"always\": {\"tool_names\": [\"pay\"]}}") + "}");

        Run run = bench.only();
        assertThat(look.starts()).hasSize(1);
        assertThat(pay.starts()).isEmpty();
        assertThat(run.stopReason()).isEqualTo(StopReason.APPROVAL);
        assertThat(bench.output(run))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("ToolCall", "ApprovalRequest", "ToolResult");
    }

    @Test
    void aCancelledRunMakesNoUseOfItsApproval() {
        Run run = asked();
        Run next = bench.post(approval(run, request(run).id(), true, ", \"background\": true"));
        bench.engine.cancel(next.key(), Deadline.in(Workbench.INVOCATION, bench.clock));

        bench.work();

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.output(bench.now(next)))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("ToolCall", "ToolResult");
    }

    @Test
    void anApprovalWhoseRunEndedBeforeItCameToItIsNotTakenUpByTheNext() {
        Run run = asked();
        bench.clock.advance(Duration.ofHours(1));
        bench.post(approval(run, request(run).id(), true, ", \"background\": true"));
        bench.clock.advance(Duration.ofHours(24));
        bench.work();
        bench.model.plays(says("Nothing was paid."));

        Run next = ((Outcome.Ended) bench.call("{\"input\": \"Well?\", \"conversation\": \"conv_%s\"}"
                        .formatted(run.key().conversation().id())))
                .run();

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.said(next)).isEqualTo("Nothing was paid.");
    }

    @Test
    void whoGoesOnWithoutAnAnswerLeavesTheCallUnmade() {
        Run run = asked();
        bench.model.plays(says("Fine."));

        bench.call("{\"input\": \"Forget it\", \"previous_response_id\": \"%s\"}"
                .formatted(run.key().responseId()));

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.said(run)).isEqualTo("Fine.");
    }

    private Run asked() {
        bench.model.plays(calls("pay"));
        bench.call("{\"input\": \"Pay\", " + ASKING.formatted("\"always\"") + "}");
        return bench.only();
    }

    private Item.ApprovalRequest request(Run run) {
        return bench.output(run).stream()
                .flatMap(item -> item instanceof Item.ApprovalRequest request ? Stream.of(request) : Stream.empty())
                .findFirst()
                .orElseThrow();
    }

    private Run answer(Run run, boolean allowed, String more) {
        var outcome = (Outcome.Ended)
                bench.call(approval(run, request(run).id(), allowed, "").replace("}]", more + "}]"));
        return outcome.run();
    }

    private Admission refused(Run run, String request) {
        return bench.admission.admit(bench.application(approval(run, request, true, ""), null));
    }

    private static String approval(Run run, String request, boolean allowed, String more) {
        return """
            {"previous_response_id": "%s", "input": [
              {"type": "mcp_approval_response", "approval_request_id": "%s", "approve": %s}]%s}\
            """.formatted(run.key().responseId(), request, allowed, more);
    }
}
