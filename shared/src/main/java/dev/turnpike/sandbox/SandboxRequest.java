package dev.turnpike.sandbox;

import java.time.Duration;
import java.util.List;

/// One command, and all that it will find.
///
/// @param files what its folder holds
/// @param timeout after which it is ended with all that it started
/// @param outputBytes of what it prints that are kept: the first and the last
public record SandboxRequest(SandboxCommand command, List<SandboxFile> files, Duration timeout, int outputBytes) {}
