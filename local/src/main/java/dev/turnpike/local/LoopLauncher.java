package dev.turnpike.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.RuntimeEnvironment;
import dev.turnpike.lambda.StreamingRuntime;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Execution environments that are threads of this JVM: each runs the function's real loop, and all share one handler
/// with its clients.
public final class LoopLauncher implements Environments.Launcher {
    private final String name;
    private final RequestStreamHandler handler;
    private final AtomicInteger count = new AtomicInteger();

    /// @param handler must not care on how many threads it is called
    public LoopLauncher(String name, RequestStreamHandler handler) {
        this.name = name;
        this.handler = handler;
    }

    @Override
    public AutoCloseable launch(String runtimeApi, Runnable ended) {
        RuntimeEnvironment environment =
                RuntimeEnvironment.from(Map.of("AWS_LAMBDA_RUNTIME_API", runtimeApi, "AWS_LAMBDA_FUNCTION_NAME", name));
        Thread loop = Thread.ofVirtual()
                .name(name + "-" + count.incrementAndGet())
                .unstarted(() -> {
                    StreamingRuntime.run(() -> handler, environment);
                    ended.run();
                });
        loop.start();
        // It ends when it finds its Runtime API gone.
        return () -> {};
    }
}
