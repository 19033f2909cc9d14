package dev.turnpike.bench;

import java.io.IOException;
import java.io.InputStream;

/// What is measured: it passes the upstream's chunks on.
interface Subject extends AutoCloseable {
    /// The JSON field whose value is the text of a chunk, with all that stands before the text.
    String marker();

    /// Asks for an answer; the bytes of it come as they arrive in this process.
    InputStream ask() throws IOException;

    /// The process that relays. Known once it has answered.
    Meter meter();

    @Override
    void close() throws IOException;
}
