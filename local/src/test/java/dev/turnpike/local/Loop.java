package dev.turnpike.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.RuntimeEnvironment;
import dev.turnpike.lambda.StreamingRuntime;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/// The real runtime loop in a thread of this process. It ends when its Runtime API closes.
final class Loop {
    private final CompletableFuture<Integer> exitStatus = new CompletableFuture<>();

    static Loop start(RuntimeApi api, RequestStreamHandler handler) {
        return start(() -> handler, Map.of("AWS_LAMBDA_RUNTIME_API", api.address()));
    }

    static Loop startForSnapshot(RuntimeApi api, RequestStreamHandler handler) {
        return start(
                () -> handler,
                Map.of("AWS_LAMBDA_RUNTIME_API", api.address(), "AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"));
    }

    static Loop start(Callable<RequestStreamHandler> handlers, Map<String, String> variables) {
        var loop = new Loop();
        RuntimeEnvironment environment = RuntimeEnvironment.from(variables);
        Thread.startVirtualThread(() -> loop.exitStatus.complete(StreamingRuntime.run(handlers, environment)));
        return loop;
    }

    /// Waits for the end of the loop.
    int exitStatus() throws Exception {
        return exitStatus.get();
    }
}
