package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.operator.CheckCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The operator's check of what a stack has stored.
public final class CheckedStack {
    private CheckedStack() {}

    /// @return what it says; it has found nothing wrong
    public static String check(Stack stack) {
        var written = new ByteArrayOutputStream();
        int status = CheckCommand.run(
                new PrintStream(written, true, StandardCharsets.UTF_8),
                "--table",
                stack.table(),
                "--tenant",
                "demo",
                "--endpoint",
                stack.cloud().dynamo().toString());
        String output = written.toString(StandardCharsets.UTF_8).strip();
        assertThat(status).as(output).isZero();
        return output;
    }
}
