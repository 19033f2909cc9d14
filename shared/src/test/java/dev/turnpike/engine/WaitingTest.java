package dev.turnpike.engine;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Several runs want one conversation.
class WaitingTest {
    private final Workbench bench = new Workbench(CountedTool.readOnly("look"));
    private final Run holder = bench.post("{\"input\": \"First\", \"background\": true}");

    @AfterEach
    void nothingIsBroken() {
        Invariants.check(bench.store);
    }

    private String json(String input) {
        return "{\"input\": \"%s\", \"background\": true, \"conversation\": \"conv_%s\"}"
                .formatted(input, holder.key().conversation().id());
    }

    private List<String> said() {
        return bench.items(holder).stream()
                .flatMap(item -> item instanceof Item.Message message ? Stream.of(message.text()) : null)
                .toList();
    }

    /// Until everything has ended, looking every few seconds.
    private void goOn() {
        for (int i = 0; i < 200; i++) {
            bench.work();
            bench.clock.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    @DisplayName("Row 6: background runs of one conversation are served one after the other, in their order")
    void backgroundRunsAreServedInTheirOrder() {
        bench.model.plays(says("One."), says("Two."), says("Three."));
        Run second = bench.post(json("Second"));
        Run third = bench.post(json("Third"));

        goOn();

        assertThat(said()).containsExactly("First", "One.", "Second", "Two.", "Third", "Three.");
        assertThat(bench.now(second).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.now(third).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.model.requests().getLast().items()).hasSize(5);
        assertThat(bench.items(holder)).extracting(Item::id).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("Row 6: a foreground run of a busy conversation is refused")
    void aForegroundRunIsRefused() {
        var lease = bench.engine.firstLease(Deadline.in(Workbench.INVOCATION, bench.clock));

        assertThat(bench.admission.admit(bench.application(json("Me too"), lease)))
                .isInstanceOf(Admission.ConversationLocked.class);
    }

    @Test
    void whoeverContinuesTheResponseThatIsAtWorkComesRightAfterIt() {
        String json = "{\"input\": \"Second\", \"background\": true, \"previous_response_id\": \"%s\"}"
                .formatted(holder.key().responseId());
        bench.post(json);
        assertThat(bench.admission.admit(bench.application(json, null)))
                .isInstanceOf(Admission.ConversationLocked.class);

        goOn();

        assertThat(said()).containsExactly("First", "Hello.", "Second", "Hello.");
    }

    @Test
    void oneThatIsCancelledWhileItWaitsLeavesNothingAndHoldsNobodyUp() {
        Run second = bench.post(json("Second"));
        bench.post(json("Third"));

        assertThat(bench.engine.cancel(second.key(), Deadline.in(Workbench.INVOCATION, bench.clock)))
                .isInstanceOf(Outcome.Ended.class);
        goOn();

        assertThat(bench.now(second).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(said()).containsExactly("First", "Hello.", "Third", "Hello.");
        assertThat(bench.admission.admit(bench.application(
                        "{\"input\": \"On\", \"previous_response_id\": \"%s\"}"
                                .formatted(second.key().responseId()),
                        null)))
                .isInstanceOf(Admission.PreviousResponseNotFound.class);
    }

    @Test
    void oneThatWaitsBeyondItsTimeEndsIncomplete() {
        Run second = bench.post(json("Second"));
        bench.clock.advance(Duration.ofHours(25));

        bench.deliver(second.message());

        assertThat(bench.now(second).status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(bench.now(second).stopReason()).isEqualTo(StopReason.DEADLINE);
        goOn();
    }

    @Test
    void oneThatComesInTheMomentInWhichTheHolderEndsIsNotRefused() {
        bench.calls.hitNext("create", Fault.HANGS_BEFORE);
        bench.calls.whileHanging(_ -> bench.work());

        bench.post(json("Second"));
        goOn();

        assertThat(said()).containsExactly("First", "Hello.", "Second", "Hello.");
    }

    @Test
    void itsMessagesDontMultiplyHoweverOftenTheyAreDelivered() {
        Run second = bench.post(json("Second"));
        int sent = bench.queue.sent().size();

        for (int i = 0; i < 5; i++) {
            bench.deliver(second.message());
        }

        assertThat(bench.queue.sent()).hasSize(sent + 1);
        goOn();
    }

    @Test
    void oneWhoseMessagesAreLostIsFoundByTheReaper() {
        Run second = bench.post(json("Second"));
        bench.deliver(holder.message());
        bench.queue.clear();

        bench.recover();

        assertThat(bench.now(second).status()).isEqualTo(RunStatus.COMPLETED);
    }
}
