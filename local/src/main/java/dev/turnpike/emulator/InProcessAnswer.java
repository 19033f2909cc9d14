package dev.turnpike.emulator;

import dev.turnpike.gateway.Answer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;

/// What a handler of this JVM has answered.
record InProcessAnswer(InputStream body, Optional<String> error) implements Answer {
    /// Calls it. Whatever it throws is its failure, as on Lambda.
    static InProcessAnswer of(LambdaEmulator.Handler handler, byte[] event) {
        try {
            return new InProcessAnswer(new ByteArrayInputStream(handler.handle(event)), Optional.empty());
        } catch (Exception failure) {
            return new InProcessAnswer(
                    InputStream.nullInputStream(), Optional.of(String.valueOf(failure.getMessage())));
        }
    }

    @Override
    public void close() {
        // There is no execution environment that waits.
    }
}
