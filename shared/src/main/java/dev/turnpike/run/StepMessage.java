package dev.turnpike.run;

/// "This step may be due." Ids only.
public record StepMessage(RunKey run, int step) {}
