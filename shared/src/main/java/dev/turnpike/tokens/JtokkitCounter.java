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

    @Override
    public int count(String text) {
        // countTokens would throw on a text that contains a special marker such as <|endoftext|>.
        return encoding().countTokensOrdinary(wellFormed(text));
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
