package dev.turnpike.aws;

import dev.turnpike.run.Run;
import java.time.Duration;
import java.time.Instant;

/// How long what a run writes is kept.
///
/// @param ofConversations after their last change
record Lifetime(Duration ofConversations) {
    Instant end(Run run, Instant now) {
        return run.request().store() ? now.plus(ofConversations) : run.limits().unstoredUntil();
    }
}
