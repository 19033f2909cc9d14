package dev.turnpike.responses;

import dev.turnpike.run.RunRequest.Compaction;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the deployment says where a request says nothing.
///
/// @param maxTokens output tokens of one model call
/// @param temperature null leaves it to the provider
/// @param serverTools names of the tools that runs are offered
/// @param compaction of a request that does not say when older items are to be summarised
/// @param modelAllowed whether a request may name this model
/// @param readsPdfs whether this model can be sent PDFs
public record RequestSettings(
        int maxTokens,
        @Nullable Double temperature,
        List<String> serverTools,
        Compaction compaction,
        Predicate<String> modelAllowed,
        Predicate<String> readsPdfs) {}
