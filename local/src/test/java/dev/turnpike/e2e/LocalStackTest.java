package dev.turnpike.e2e;

import dev.turnpike.emulator.LocalStack;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/// The same against somebody else's idea of DynamoDB, SQS and Secrets Manager.
@EnabledIf(value = "dev.turnpike.emulator.LocalStack#dockerRuns", disabledReason = LocalStack.REASON)
@Timeout(300)
class LocalStackTest implements StreamingScenarios, BackgroundScenarios {
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(
                StackOptions.defaults().withDemoPace(Duration.ofMillis(10)).withEnvironment(LocalStack.environment()));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Override
    public Stack stack() {
        return stack;
    }
}
