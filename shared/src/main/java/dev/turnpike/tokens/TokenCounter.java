package dev.turnpike.tokens;

/// Counts tokens. An estimate for every model but those that use the counter's encoding.
@FunctionalInterface
public interface TokenCounter {
    /// Tokens of the text, special markers in it counted as ordinary text. Never more than its UTF-8 bytes.
    int count(String text);

    /// What counts for a model, where it is known to count in another way.
    default TokenCounter of(String model) {
        return this;
    }

    /// A bound that costs one pass and no memory: no text has more tokens than UTF-8 bytes, whatever the encoding.
    /// Where the bound already fits a limit, nothing needs to be counted.
    ///
    /// @return the UTF-8 bytes of the text; a lone surrogate counts 3, as the U+FFFD that it becomes
    static long atMost(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }
}
