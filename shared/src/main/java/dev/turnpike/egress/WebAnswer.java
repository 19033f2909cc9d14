package dev.turnpike.egress;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a server answers, while the connection is open.
///
/// @param headers by their names in lower case; the last of several
/// @param body comes as the server sends it; nothing bounds it but the time of the whole
public record WebAnswer(int status, Map<String, String> headers, InputStream body) {
    /// Makes of an answer what its asker wants of it; it need not read it to the end.
    ///
    /// @param <T> what becomes of it
    public interface Reader<T> {
        T read(WebAnswer answer) throws IOException;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
