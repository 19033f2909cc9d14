package dev.turnpike.gateway;

import java.io.IOException;

/// A function of the stack as its callers see it: an event goes in, an answer comes out while it is being made.
@FunctionalInterface
public interface Function {
    /// Returns as soon as an execution environment has the event; the answer may come much later.
    ///
    /// @throws IOException when no execution environment could be had
    Answer invoke(byte[] event) throws IOException;
}
