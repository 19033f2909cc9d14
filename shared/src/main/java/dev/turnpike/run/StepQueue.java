package dev.turnpike.run;

import dev.turnpike.run.RunRequest.Lane;
import java.time.Duration;

/// Wakes workers. A message is only a hint: losing, repeating or reordering it changes nothing but time.
public interface StepQueue {
    /// @param lane of the run
    /// @param delay at most 15 minutes
    void send(StepMessage message, Lane lane, Duration delay);

    /// Wakes the step that a run is at.
    ///
    /// @param delay at most 15 minutes
    default void wake(Run run, Duration delay) {
        send(run.message(), run.request().lane(), delay);
    }
}
