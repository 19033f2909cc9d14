package dev.turnpike.tokens;

/// Counts tokens. An estimate for every model but those that use the counter's encoding.
public interface TokenCounter {
    /// Tokens of the text, special markers in it counted as ordinary text. Never more than its UTF-8 bytes.
    int count(String text);
}
