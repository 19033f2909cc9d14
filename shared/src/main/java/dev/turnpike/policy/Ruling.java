package dev.turnpike.policy;

/// @param reason which rule says so, in words for the model and for the audit log
public record Ruling(Decision decision, String reason) {}
