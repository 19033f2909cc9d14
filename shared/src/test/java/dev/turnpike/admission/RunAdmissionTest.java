package dev.turnpike.admission;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Payer;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.Limits;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunAdmissionTest {
    private static final String TOOLS = "\"tools\": [{\"type\": \"function\", \"name\": \"locate\"}]";
    private static final String NOWHERE = "0123456789abcdefghjkmnpqrs";

    private final Workbench bench = new Workbench();

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    void aRequestWithoutHistoryBeginsAConversation() {
        Admission.Admitted admitted = admitted(admit("{\"input\": \"Hello\"}"));

        assertThat(admitted.run().firstSeq()).isZero();
        assertThat(admitted.run().limits())
                .isEqualTo(new Limits(50, 5, bench.clock.instant().plus(Duration.ofHours(24)), List.of()));
        assertThat(bench.items(admitted.run())).isEqualTo(admitted.input());
        assertThat(admitted.input())
                .extracting(Item::id)
                .allMatch(id ->
                        id.matches("msg_" + admitted.run().key().conversation().id() + "_0000000000[0-9a-z]{16}"));
    }

    @Test
    void aResponseThatIsTheHeadIsContinuedInItsConversation() {
        Run first = finished("{\"input\": \"Hello\"}");

        Run next = admitted(after(first, "\"And?\"")).run();

        assertThat(next.key().conversation()).isEqualTo(first.key().conversation());
        assertThat(next.firstSeq()).isEqualTo(2);
    }

    @Test
    void anOlderResponseIsForked() {
        Run first = finished("{\"input\": \"Hello\"}");
        bench.call(following(first, "\"And?\""));

        Run fork = admitted(after(first, "\"Or?\"")).run();

        assertThat(fork.key().conversation()).isNotEqualTo(first.key().conversation());
        assertThat(fork.parent())
                .isEqualTo(new ForkPoint(first.key().conversation().id(), 2));
        assertThat(fork.firstSeq()).isZero();
    }

    @Test
    void whatIsNotToBeStoredIsForkedAndLeavesTheConversationAsItIs() {
        Run first = finished("{\"input\": \"Hello\"}");

        Run aside = admitted(admit("{\"input\": \"And?\", \"store\": false, \"previous_response_id\": \"%s\"}"
                        .formatted(first.key().responseId())))
                .run();

        assertThat(aside.parent())
                .isEqualTo(new ForkPoint(first.key().conversation().id(), 2));
        assertThat(bench.items(first)).hasSize(2);
    }

    @Test
    void whatWasNotStoredIsNotFound() {
        Run unstored = finished("{\"input\": \"Hello\", \"store\": false}");

        assertThat(after(unstored, "\"And?\""))
                .isEqualTo(new Admission.PreviousResponseNotFound(unstored.key().responseId()));
    }

    @Test
    void aResponseThatDoesNotExistOrIsNoneIsNotFound() {
        for (String id : new String[] {"resp_" + NOWHERE + NOWHERE, "resp_1", "", "conv_" + NOWHERE}) {
            assertThat(admit("{\"input\": \"Hi\", \"previous_response_id\": \"%s\"}".formatted(id)))
                    .isEqualTo(new Admission.PreviousResponseNotFound(id));
        }
    }

    @Test
    void anotherTenantsResponseAndConversationAreNotFound() {
        Run first = finished("{\"input\": \"Hello\"}");
        String response = first.key().responseId();
        String conversation = "conv_" + first.key().conversation().id();

        assertThat(bench.admission.admit(foreign(following(first, "\"Hi\""))))
                .isEqualTo(new Admission.PreviousResponseNotFound(response));
        assertThat(bench.admission.admit(
                        foreign("{\"input\": \"Hi\", \"conversation\": \"%s\"}".formatted(conversation))))
                .isEqualTo(new Admission.ConversationNotFound(conversation));
    }

    @Test
    void anExpiredConversationIsNotFound() {
        Run first = finished("{\"input\": \"Hello\"}");
        bench.clock.advance(Duration.ofDays(30));

        assertThat(after(first, "\"Hi\"")).isInstanceOf(Admission.PreviousResponseNotFound.class);
        assertThat(in(first, "\"Hi\"")).isInstanceOf(Admission.ConversationNotFound.class);
        bench.store.delete(first.key().conversation(), bench.clock.instant());
    }

    @Test
    void aConversationIsLockedWhileARunIsAtWorkInIt() {
        Run running = bench.post("{\"input\": \"Hello\"}");
        var locked = new Admission.ConversationLocked(
                "conv_" + running.key().conversation().id());

        assertThat(after(running, "\"And?\"")).isEqualTo(locked);
        assertThat(in(running, "\"And?\"")).isEqualTo(locked);
        bench.work();
        assertThat(in(running, "\"And?\"")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void aConversationGoesOnByItsId() {
        Run first = finished("{\"input\": \"Hello\"}");

        Run next = admitted(in(first, "\"And?\"")).run();

        assertThat(next.key().conversation()).isEqualTo(first.key().conversation());
        assertThat(next.firstSeq()).isEqualTo(2);
    }

    @Test
    void aCallOfTheCallersMustBeAnswered() {
        Run first = asking();

        assertThat(after(first, "\"Never mind.\"")).isEqualTo(new Admission.NoToolOutput("call_0"));
        assertThat(after(first, "[" + output("call_0") + "]")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void aResultWithoutACallIsRefused() {
        Run first = finished("{\"input\": \"Hello\"}");

        assertThat(after(first, "[" + output("call_7") + "]")).isEqualTo(new Admission.NoToolCall("call_7"));
        assertThat(in(first, "[" + output("call_7") + "]")).isEqualTo(new Admission.NoToolCall("call_7"));
        assertThat(admit("{\"input\": [" + output("call_7") + "]}")).isEqualTo(new Admission.NoToolCall("call_7"));
    }

    @Test
    void aHistoryThatTheCallerKeepsItselfIsTakenWithItsCalls() {
        String call = "{\"type\": \"function_call\", \"call_id\": \"c\", \"name\": \"locate\", \"arguments\": \"{}\"}";

        assertThat(admit("{\"input\": [%s, %s]}".formatted(call, output("c")))).isInstanceOf(Admission.Admitted.class);
        assertThat(admit("{\"input\": [%s]}".formatted(call))).isEqualTo(new Admission.NoToolOutput("c"));
        assertThat(admit("{\"input\": [%s, %s]}".formatted(output("c"), call)))
                .isEqualTo(new Admission.NoToolCall("c"));
    }

    @Test
    void aCallIsAnsweredOnce() {
        Run first = asking();

        assertThat(after(first, "[" + output("call_0") + ", " + output("call_0") + "]"))
                .isEqualTo(new Admission.NoToolCall("call_0"));
        assertThat(in(first, "[" + output("call_0") + ", " + output("call_0") + "]"))
                .isEqualTo(new Admission.NoToolCall("call_0"));
        Run second = admitted(in(first, "[" + output("call_0") + "]")).run();
        bench.deliver(second.message());
        assertThat(in(first, "[" + output("call_0") + "]")).isEqualTo(new Admission.NoToolCall("call_0"));
    }

    @Test
    void aCallOfOurToolsIsNotTheCallersToAnswer() {
        var ours = new Workbench(CountedTool.readOnly("look"));
        Run run = ours.post("{\"input\": \"Hello\"}");
        ours.model.plays(calls("look").meanwhile(() -> ours.store.requestCancel(run.key())));
        ours.work();
        String json = "{\"input\": [%s], \"conversation\": \"conv_%s\"}"
                .formatted(output("call_0"), run.key().conversation().id());

        assertThat(ours.admission.admit(ours.application(json, null))).isEqualTo(new Admission.NoToolCall("call_0"));
    }

    @Test
    void whatTheCallerLeftOpenLongAgoIsNotAskedForAgain() {
        Run first = asking();
        bench.model.plays(says("Never mind."), calls("locate"));
        admitted(in(first, "\"Forget it.\""));
        bench.deliver(bench.store.runs().stream()
                .filter(run -> !run.status().terminal())
                .findFirst()
                .orElseThrow()
                .message());
        Run third = admitted(admit("{\"input\": \"Where am I?\", \"conversation\": \"conv_%s\", %s}"
                        .formatted(first.key().conversation().id(), TOOLS)))
                .run();
        bench.deliver(third.message());
        String asked = bench.items(first).stream()
                .flatMap(item -> item instanceof Item.ToolCall call ? Stream.of(call.callId()) : Stream.empty())
                .reduce((_, later) -> later)
                .orElseThrow();

        assertThat(in(first, "[" + output(asked) + "]")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void anExistingConversationTakesNinetyItemsAtOnce() {
        Run first = finished("{\"input\": \"Hello\"}");
        String message = "{\"role\": \"user\", \"content\": \"Hi\"}";

        assertThat(in(first, "[" + message + ("," + message).repeat(90) + "]"))
                .isEqualTo(new Admission.TooManyItems(90));
        assertThat(in(first, "[" + message + ("," + message).repeat(89) + "]")).isInstanceOf(Admission.Admitted.class);
        assertThat(admit("{\"input\": [" + message + ("," + message).repeat(300) + "]}"))
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void theSameRequestUnderTheSameKeyFindsItsRun() {
        Run first = admitted(bench.admission.admit(keyed("{\"input\": \"Hello\"}", "hash")))
                .run();

        assertThat(bench.admission.admit(keyed("{\"input\": \"Hello\"}", "hash")))
                .isEqualTo(new Admission.Repeated(first));
        assertThat(bench.admission.admit(keyed("{\"input\": \"Bye\"}", "other hash")))
                .isEqualTo(new Admission.KeyReused());
        assertThat(bench.store.runs()).hasSize(1);
    }

    @Test
    void theSameRequestFindsItsRunAlsoWhileThatHoldsTheConversation() {
        Run before = finished("{\"input\": \"Hello\"}");
        String json = "{\"input\": \"And?\", \"conversation\": \"conv_%s\"}"
                .formatted(before.key().conversation().id());
        Run first = admitted(bench.admission.admit(keyed(json, "hash"))).run();

        assertThat(bench.admission.admit(keyed(json, "hash"))).isEqualTo(new Admission.Repeated(first));
        assertThat(bench.admission.admit(keyed(json, "other hash"))).isEqualTo(new Admission.KeyReused());
        assertThat(in(before, "\"And?\"")).isInstanceOf(Admission.ConversationLocked.class);
    }

    @Test
    void theSameRequestFindsItsRunAlsoWhenThatHasChangedTheConversation() {
        Run asking = asking();
        String json = "{\"input\": [%s], \"conversation\": \"conv_%s\"}"
                .formatted(output("call_0"), asking.key().conversation().id());
        Run first = admitted(bench.admission.admit(keyed(json, "hash"))).run();
        bench.deliver(first.message());

        assertThat(bench.admission.admit(keyed(json, "hash"))).isEqualTo(new Admission.Repeated(bench.now(first)));
        assertThat(bench.store.runs()).hasSize(2);
    }

    @Test
    void whatIsNotToBeStoredOutlivesItsDeadlineByAnHour() {
        Run run = finished("{\"input\": \"Hello\", \"store\": false}");

        bench.clock.advance(Duration.ofHours(25).minusSeconds(1));
        assertThat(bench.store.find(run.key())).isPresent();
        bench.clock.advance(Duration.ofSeconds(1));

        assertThat(bench.store.find(run.key())).isEmpty();
    }

    // What the tests say.

    private Admission admit(String json) {
        return bench.admission.admit(bench.application(json, null));
    }

    private static Admission.Admitted admitted(Admission admission) {
        assertThat(admission).isInstanceOf(Admission.Admitted.class);
        return (Admission.Admitted) admission;
    }

    private Run finished(String json) {
        bench.model.plays(says("Hi."));
        Run run = bench.post(json);
        bench.work();
        return bench.now(run);
    }

    /// A run that ended with a call of the caller's tool.
    private Run asking() {
        bench.model.plays(calls("locate"));
        Run run = bench.post("{\"input\": \"Where am I?\", " + TOOLS + "}");
        bench.work();
        return bench.now(run);
    }

    private static String following(Run run, String input) {
        return "{\"input\": %s, \"previous_response_id\": \"%s\"}"
                .formatted(input, run.key().responseId());
    }

    private Admission after(Run run, String input) {
        return admit(following(run, input));
    }

    private Admission in(Run run, String input) {
        return admit("{\"input\": %s, \"conversation\": \"conv_%s\"}"
                .formatted(input, run.key().conversation().id()));
    }

    private static String output(String callId) {
        return "{\"type\": \"function_call_output\", \"call_id\": \"%s\", \"output\": \"Home\"}".formatted(callId);
    }

    private Application keyed(String json, String requestHash) {
        Application plain = bench.application(json, null);
        return new Application(
                plain.applicant(),
                plain.request(),
                plain.input(),
                plain.history(),
                null,
                new NewRun.Idempotency("key", requestHash),
                null);
    }

    private Application foreign(String json) {
        Application plain = bench.application(json, null);
        return new Application(
                new Applicant("tenant-2", Payer.UNKNOWN, List.of()),
                plain.request(),
                plain.input(),
                plain.history(),
                null,
                null,
                null);
    }
}
