package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunRequest.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a queue of steps does, whatever it is made of.
public abstract class StepQueueContract {
    /// Deliveries after which a message goes to the dead letters.
    public static final int MOST_RECEIVES = 20;

    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final StepMessage MESSAGE = new StepMessage(
            new RunKey(new ConversationKey("tenant-1", "0123456789abcdefghjkmnpqrs"), "zyxwvtsrqpnmkjhgfedcba9876"), 3);

    private Ends ends;

    /// A queue, and what its consumer does with it.
    public interface Ends {
        StepQueue queue();

        /// Waits so long for a message.
        Optional<Received> receive(Duration patience);

        void acknowledge(Received received);

        /// It is not acknowledged, and delivered again after a while.
        void comeAgain(Received received, Duration after);

        int deadLetters();
    }

    /// @param handle of this delivery
    public record Received(StepMessage message, Object handle) {}

    /// A new queue.
    protected abstract Ends open();

    @BeforeEach
    final void openQueue() {
        ends = open();
    }

    @Test
    void whatIsReceivedIsWhatWasSent() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);

        assertThat(received().message()).isEqualTo(MESSAGE);
    }

    @Test
    void theSameMessageTwiceIsTwoMessages() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);

        List<Received> both = new ArrayList<>(List.of(received(), received()));

        both.forEach(ends::acknowledge);
        assertThat(ends.receive(AT_ONCE)).isEmpty();
    }

    @Test
    void aMessageThatIsAcknowledgedDoesNotComeAgain() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);

        ends.acknowledge(received());

        assertThat(ends.receive(AT_ONCE)).isEmpty();
    }

    @Test
    void aDelayedMessageComesLater() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ofSeconds(3));

        assertThat(ends.receive(AT_ONCE)).isEmpty();
        assertThat(received().message()).isEqualTo(MESSAGE);
    }

    @Test
    void aMessageThatIsPostponedComesWhenItIsDue() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);

        ends.comeAgain(received(), Duration.ofSeconds(3));

        assertThat(ends.receive(AT_ONCE)).isEmpty();
        assertThat(received().message()).isEqualTo(MESSAGE);
    }

    @Test
    void aMessageThatIsDeliveredTooOftenIsGivenUp() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ZERO);

        for (int i = 0; i < MOST_RECEIVES; i++) {
            ends.comeAgain(received(), Duration.ZERO);
        }

        assertThat(ends.receive(AT_ONCE)).isEmpty();
        assertThat(ends.deadLetters()).isEqualTo(1);
    }

    @Test
    void theLongestDelayIsTaken() {
        ends.queue().send(MESSAGE, Lane.NORMAL, Duration.ofMinutes(15));

        assertThat(ends.receive(AT_ONCE)).isEmpty();
    }

    private Received received() {
        return ends.receive(SOON).orElseThrow();
    }
}
