package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.lambda.SnapshotHooks;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.StoreUnavailableException;
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
        var reply = new HttpReply(output, request.id());
        try {
            routes.serve(request, reply, context);
        } catch (ApiException refused) {
            reply.error(refused);
        } catch (StoreUnavailableException down) {
            context.getLogger().log(FailureTrace.of(down), LogLevel.ERROR);
            reply.error(ApiException.unavailable("The service cannot reach its storage. Try again shortly."));
        } catch (RuntimeException unforeseen) {
            context.getLogger().log(FailureTrace.of(unforeseen), LogLevel.ERROR);
            reply.error(ApiException.internal());
        }
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
