package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ProtocolException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the Runtime API answered, read to its end.
///
/// @param headers by name in lower case
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
    /// The answer to an invocation that Lambda has given up.
    static final int GONE = 410;

    boolean isSuccess() {
        return status / 100 == 2;
    }

    @Nullable
    String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    String header(String name, String otherwise) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), otherwise);
    }

    String require(String name) throws ProtocolException {
        String value = header(name);
        if (value == null) {
            throw new ProtocolException("The Runtime API's answer has no " + name);
        }
        return value;
    }

    boolean closesConnection() {
        return "close".equalsIgnoreCase(header("Connection"));
    }

    String text() {
        return new String(body, UTF_8);
    }
}
