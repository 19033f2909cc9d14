package dev.turnpike.replay;

import dev.turnpike.run.Run;
import java.time.Duration;
import java.time.Instant;

/// How long the events of a run are kept: days, and never longer than the run itself.
///
/// @param conversationTtl how long a conversation lives after its last run
public record Retention(Duration conversationTtl) {
    private static final Duration LONGEST = Duration.ofDays(3);

    /// The same moment for all events of a run, so that a stream is there as a whole or not at all.
    Instant until(Run run) {
        Instant longest = run.createdAt().plus(conversationTtl.compareTo(LONGEST) < 0 ? conversationTtl : LONGEST);
        Instant unstored = run.limits().unstoredUntil();
        return run.request().store() || longest.isBefore(unstored) ? longest : unstored;
    }
}
