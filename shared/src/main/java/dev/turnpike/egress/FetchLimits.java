package dev.turnpike.egress;

import java.time.Duration;

/// @param bytes the most that is taken of what a URL leads to
/// @param time for all of it: looking up, connecting, redirects, the last byte
public record FetchLimits(int bytes, Duration time) {}
