package dev.turnpike.run;

import java.time.Duration;

/// Wakes workers. A message is only a hint: losing, repeating or reordering it changes nothing but time.
public interface StepQueue {
    /// @param delay at most 15 minutes
    void send(StepMessage message, Duration delay);
}
