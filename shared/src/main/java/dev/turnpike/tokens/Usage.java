package dev.turnpike.tokens;

/// Tokens of one model call, as the provider reports them or, where it does not, as we estimate them.
///
/// @param inputTokens all tokens of the prompt, the cached ones included
/// @param cachedTokens the part of `inputTokens` that the provider read from its cache
/// @param cacheWriteTokens the part of `inputTokens` that the provider wrote to its cache; none of them was read from
/// it
/// @param outputTokens all tokens of the answer, the reasoning ones included
/// @param reasoningTokens the part of `outputTokens` that was spent on reasoning
/// @param estimated true when the provider reported nothing and the numbers are counted by us
public record Usage(
        long inputTokens,
        long cachedTokens,
        long cacheWriteTokens,
        long outputTokens,
        long reasoningTokens,
        boolean estimated) {
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, false);

    /// Clamps what providers get wrong: a negative number becomes 0, a part never exceeds its whole.
    public Usage {
        inputTokens = Math.max(0, inputTokens);
        outputTokens = Math.max(0, outputTokens);
        cachedTokens = Math.clamp(cachedTokens, 0, inputTokens);
        cacheWriteTokens = Math.clamp(cacheWriteTokens, 0, inputTokens - cachedTokens);
        reasoningTokens = Math.clamp(reasoningTokens, 0, outputTokens);
    }

    public static Usage reported(long inputTokens, long cachedTokens, long outputTokens, long reasoningTokens) {
        return new Usage(inputTokens, cachedTokens, 0, outputTokens, reasoningTokens, false);
    }

    /// The same, with so many of its input tokens written to the provider's cache.
    public Usage withCacheWriteTokens(long tokens) {
        return new Usage(inputTokens, cachedTokens, tokens, outputTokens, reasoningTokens, estimated);
    }

    public static Usage estimated(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, 0, 0, outputTokens, 0, true);
    }

    public long totalTokens() {
        return inputTokens + outputTokens;
    }

    /// The sum; estimated as soon as one of the two is.
    public Usage plus(Usage other) {
        return new Usage(
                inputTokens + other.inputTokens,
                cachedTokens + other.cachedTokens,
                cacheWriteTokens + other.cacheWriteTokens,
                outputTokens + other.outputTokens,
                reasoningTokens + other.reasoningTokens,
                estimated || other.estimated);
    }
}
