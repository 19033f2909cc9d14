package dev.turnpike.bench;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.api.ApiHandler;
import dev.turnpike.lambda.StreamingRuntime;
import dev.turnpike.wiring.LambdaEnvironment;

/// Many environments of the api function in one process that share its handler, so that many streams cost one JVM
/// here. Lambda gives each stream a process of its own.
final class SharedApi {
    private SharedApi() {}

    public static void main(String[] arguments) throws InterruptedException {
        RequestStreamHandler handler = new ApiHandler();
        Thread[] loops = new Thread[Integer.parseInt(arguments[0])];
        for (int i = 0; i < loops.length; i++) {
            loops[i] = Thread.ofVirtual().start(() -> StreamingRuntime.run(() -> handler, LambdaEnvironment.current()));
        }
        for (Thread loop : loops) {
            loop.join();
        }
    }
}
