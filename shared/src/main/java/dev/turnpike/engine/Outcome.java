package dev.turnpike.engine;

import dev.turnpike.run.Run;
import java.time.Instant;

/// How an invocation's work on a run ended.
public sealed interface Outcome {
    /// The run is terminal.
    record Ended(Run run) implements Outcome {}

    /// The rest is somebody else's: a message has been sent.
    record HandedOver(Run run) implements Outcome {}

    /// Nothing to do for this message, now or later.
    record Ignored(String why) implements Outcome {}

    /// Not now: the message must come again, best after `notBefore`.
    record NotNow(Instant notBefore) implements Outcome {}
}
