package dev.turnpike.api;

import dev.turnpike.lambda.RuntimeEnvironment;
import dev.turnpike.lambda.StreamingRuntime;
import dev.turnpike.wiring.LambdaEnvironment;

/// Where the wrapper script enters: the api function on the runtime loop that streams.
public final class ApiMain {
    private ApiMain() {}

    public static void main(String[] arguments) {
        RuntimeEnvironment environment = LambdaEnvironment.current();
        System.exit(StreamingRuntime.run(environment.snapStart() ? ApiHandler::new : ApiHandler::hurried, environment));
    }
}
