package dev.turnpike.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Counts with one of OpenAI's encodings; the same numbers as tiktoken.
///
/// Creating a counter costs nothing. Its first count loads the encoding, which takes some 0.4 s and 75 MB for o200k;
/// a million characters take 1 to 2 s from then on, so bound a large text with [TokenCounter#atMost] first.
public final class JtokkitCounter implements TokenCounter {
    private static final int LONG_PIECE = 32_768;
    private static final int LONGEST_WORD = 1_024;

    private final EncodingType type;
    private volatile @Nullable Encoding loaded;

    /// Counts as the models since gpt-4o do, with `o200k_base`.
    public JtokkitCounter() {
        type = EncodingType.O200K_BASE;
    }

    /// @param encoding tiktoken's name of an encoding, such as `cl100k_base`
    /// @throws IllegalArgumentException when there is no encoding of that name
    public JtokkitCounter(String encoding) {
        type = EncodingType.fromName(encoding)
                .orElseThrow(() -> new IllegalArgumentException("unknown encoding: " + encoding));
    }

    /// A long text is counted piece by piece, which keeps the time in proportion to its length: a word of a
    /// million letters takes an encoder more. Pieces end before a space between two letters, where a token ends in
    /// any case; in a text without one they end where they must, and the sum may be off by a token for each.
    @Override
    public int count(String text) {
        String whole = wellFormed(text);
        int tokens = 0;
        int from = 0;
        while (from < whole.length()) {
            int to = end(whole, from);
            // countTokens would throw on a text that contains a special marker such as <|endoftext|>.
            tokens += encoding().countTokensOrdinary(whole.substring(from, to));
            from = to;
        }
        return tokens;
    }

    private static int end(String text, int from) {
        int wanted = from + LONG_PIECE;
        if (wanted + LONGEST_WORD >= text.length()) {
            return text.length();
        }
        for (int i = wanted; i < wanted + LONGEST_WORD; i++) {
            boolean between = text.charAt(i) == ' ' && isLetter(text.charAt(i - 1)) && isLetter(text.charAt(i + 1));
            if (between) {
                return i;
            }
        }
        return Character.isHighSurrogate(text.charAt(wanted - 1)) ? wanted + 1 : wanted;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private Encoding encoding() {
        Encoding encoding = loaded;
        return encoding != null ? encoding : load();
    }

    /// Several first counts may race; one loads, the others wait for it.
    private synchronized Encoding load() {
        Encoding encoding = loaded;
        if (encoding == null) {
            encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
            loaded = encoding;
        }
        return encoding;
    }

    /// UTF-16 has no bytes for a lone surrogate, and its encoder puts U+FFFD there, as tiktoken does and as the text
    /// goes to the provider. UTF-8's would put a question mark.
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
            }
        }
        return text;
    }
}
