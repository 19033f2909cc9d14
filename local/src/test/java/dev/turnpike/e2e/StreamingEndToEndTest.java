package dev.turnpike.e2e;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamingEndToEndTest implements StreamingScenarios {
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ofMillis(10)));
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
