package dev.turnpike.tool;

import org.jspecify.annotations.Nullable;

/// What a model is told of a tool.
///
/// @param name 1 to 64 of `A-Z a-z 0-9 _ -`
/// @param parameters JSON Schema of the arguments, as JSON text; null means that nothing is declared
/// @param strict whether the provider is asked to enforce the schema; null leaves it unsaid
public record ToolSpec(
        String name,
        @Nullable String description,
        @Nullable String parameters,
        @Nullable Boolean strict) {}
