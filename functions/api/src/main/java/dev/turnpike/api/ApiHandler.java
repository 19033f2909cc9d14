package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.SnapshotHooks;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Answers one HTTP request. Stateless: environments may share it.
public final class ApiHandler implements RequestStreamHandler, SnapshotHooks {
    private final Wiring wiring;
    private final Routes routes;

    public ApiHandler() {
        this(Settings.fromEnvironment());
    }

    public ApiHandler(Settings settings) {
        this(new Wiring(settings));
    }

    private ApiHandler(Wiring wiring) {
        this.wiring = wiring;
        this.routes = new Routes(wiring.api());
    }

    /// For a start that a request already waits for.
    static ApiHandler hurried() {
        return new ApiHandler(Wiring.hurried(Settings.fromEnvironment()));
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        HttpRequest request = HttpRequest.read(input, context.getAwsRequestId());
        routes.answer(request, routes.reply(request, output), context);
    }

    @Override
    public void beforeCheckpoint() {
        wiring.prime();
        wiring.forget();
    }

    @Override
    public void afterRestore() {
        wiring.forget();
    }
}
