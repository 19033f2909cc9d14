package dev.turnpike.api;

import dev.turnpike.lambda.StreamingRuntime;
import dev.turnpike.wiring.LambdaEnvironment;

/// Where the wrapper script enters: the api function on the runtime loop that streams.
public final class ApiMain {
    private ApiMain() {}

    public static void main(String[] arguments) {
        System.exit(StreamingRuntime.run(ApiHandler::new, LambdaEnvironment.current()));
    }
}
