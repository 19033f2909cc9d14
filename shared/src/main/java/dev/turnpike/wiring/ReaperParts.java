package dev.turnpike.wiring;

import dev.turnpike.engine.Reaper;
import java.time.InstantSource;

/// Everything that the reaper serves with.
public record ReaperParts(Reaper reaper, InstantSource clock) {}
