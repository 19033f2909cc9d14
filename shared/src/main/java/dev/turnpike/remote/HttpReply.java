package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.egress.WebAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An answer of an HTTP endpoint, as far as a model is told of it: the beginning of a text.
///
/// @param text null for what is no text
/// @param type as the server says
record HttpReply(int status, String type, @Nullable String text) {
    /// What goes beyond it is left unread.
    static final int MOST_BYTES = 400_000;

    private static final Pattern CHARSET = Pattern.compile("charset=\"?([A-Za-z0-9._:-]{1,40})");
    private static final Pattern SUBTYPE = Pattern.compile("application/.+\\+(json|xml)");
    private static final Set<String> TEXTS = Set.of(
            "application/json",
            "application/xml",
            "application/x-ndjson",
            "application/yaml",
            "application/javascript",
            "application/x-www-form-urlencoded",
            "application/graphql-response");

    static HttpReply read(WebAnswer answer) throws IOException {
        String type = answer.header("content-type").orElse("");
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean text = media.startsWith("text/")
                || TEXTS.contains(media)
                || SUBTYPE.matcher(media).matches();
        if (!text && !media.isEmpty()) {
            return new HttpReply(answer.status(), media, null);
        }
        byte[] bytes = answer.body().readNBytes(MOST_BYTES + 1);
        boolean cut = bytes.length > MOST_BYTES;
        @Nullable String decoded = text ? new String(bytes, charset(type)) : strictly(bytes);
        return new HttpReply(
                answer.status(),
                media,
                cut && decoded != null ? decoded + "\n[Cut: the answer goes on, and was not read further.]" : decoded);
    }

    private static Charset charset(String type) {
        Matcher named = CHARSET.matcher(type);
        try {
            return named.find() ? Charset.forName(named.group(1)) : UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            return UTF_8;
        }
    }

    /// What has no type is a text if it can be one.
    private static @Nullable String strictly(byte[] bytes) {
        try {
            return UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }
}
