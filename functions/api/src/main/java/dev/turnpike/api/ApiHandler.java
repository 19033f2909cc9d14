package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.wiring.Settings;
import java.io.InputStream;
import java.io.OutputStream;

/// Answers one HTTP request.
public final class ApiHandler implements RequestStreamHandler {
    private final Settings settings = Settings.fromEnvironment();

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) {
        throw new UnsupportedOperationException(settings.deployment().environment());
    }
}
