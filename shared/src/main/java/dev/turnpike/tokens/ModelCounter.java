package dev.turnpike.tokens;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Counts for each model with its own encoding; by itself, as an unknown model. Each encoding is loaded when it first
/// counts, and only then.
public final class ModelCounter implements TokenCounter {
    private final Map<String, TokenCounter> counters = new ConcurrentHashMap<>();

    @Override
    public int count(String text) {
        return of("").count(text);
    }

    @Override
    public TokenCounter of(String model) {
        return counters.computeIfAbsent(TokenRules.of(model).encoding(), encoding -> new JtokkitCounter(encoding));
    }
}
