package dev.turnpike.replay;

import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The events of a run's stream, in batches.
///
/// Each batch goes exactly where its writer saw the log end, or nowhere. So there is one sequence, whoever writes: of
/// two
/// that believe the run theirs, one gets the place, and the other knows no later one to write at.
///
/// All methods throw [dev.turnpike.run.StoreUnavailableException] when the store cannot be reached; whether a batch was
/// written is then unknown, and writing the same one again is safe.
public interface EventLog {
    /// More events than this no stream has.
    long MOST_EVENTS = 999_999_999;

    /// @param batch not empty; again by the same writer: nothing
    /// @param expiresAt when it may be deleted, the same for all batches of a run
    /// @return false when another writer has the place, or the conversation is deleted: then nothing is kept
    boolean append(RunKey run, Batch batch, Instant expiresAt);

    /// The last batch that begins at or before this event.
    Optional<Batch> upTo(RunKey run, long event);

    /// Batches in order, the first of them beginning at this event; those that there are, or as many as one read gives.
    List<Batch> from(RunKey run, long event);

    /// Where the log ends: the number of the event to come.
    default long end(RunKey run) {
        return upTo(run, MOST_EVENTS).map(Batch::next).orElse(0L);
    }

    /// @param first number of its first event
    /// @param next number of the event after its last
    /// @param writer the fence that its writer holds the run with; what is none is not a holder's
    /// @param last whether the stream ends with it
    /// @param events as the wire shows them, to the byte
    record Batch(long first, long next, long writer, boolean last, String events) {
        private static final String END_OF_EVENT = "\n\n";

        /// What comes after the event of that number.
        String after(long event) {
            int at = 0;
            for (long each = first; each < next && each <= event; each++) {
                at = events.indexOf(END_OF_EVENT, at) + END_OF_EVENT.length();
            }
            return events.substring(at);
        }
    }
}
