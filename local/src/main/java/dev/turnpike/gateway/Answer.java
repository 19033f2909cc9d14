package dev.turnpike.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// What one invocation answers. Its execution environment serves nobody else until this is closed.
public interface Answer extends AutoCloseable {
    /// Gives bytes as the function writes them, and ends early when it fails.
    InputStream body() throws IOException;

    /// Why the function failed, as it said itself. Known only when the body has ended.
    Optional<String> error();

    @Override
    void close();
}
