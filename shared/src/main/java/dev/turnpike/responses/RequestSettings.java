package dev.turnpike.responses;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the deployment says where a request says nothing.
///
/// @param maxTokens output tokens of one model call
/// @param temperature null leaves it to the provider
/// @param serverTools names of the tools that runs are offered
/// @param modelAllowed whether a request may name this model
public record RequestSettings(
        int maxTokens, @Nullable Double temperature, List<String> serverTools, Predicate<String> modelAllowed) {}
