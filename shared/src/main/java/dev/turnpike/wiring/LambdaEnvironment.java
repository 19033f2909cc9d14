package dev.turnpike.wiring;

import dev.turnpike.lambda.RuntimeEnvironment;

/// What Lambda says of the environment that this process is.
public final class LambdaEnvironment {
    private LambdaEnvironment() {}

    public static RuntimeEnvironment current() {
        return RuntimeEnvironment.from(System.getenv());
    }
}
