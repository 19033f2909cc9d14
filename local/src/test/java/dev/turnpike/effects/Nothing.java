package dev.turnpike.effects;

/// No arguments.
public record Nothing() {}
