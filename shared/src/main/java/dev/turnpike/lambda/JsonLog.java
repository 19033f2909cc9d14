package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.PrintStream;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Log lines in Lambda's JSON format, with its field names, one write each so that no two of them mix.
/// Which levels are kept is left to Lambda, which reads `level`.
public final class JsonLog implements LambdaLogger {
    private final PrintStream out;
    private final InstantSource clock;
    private final @Nullable String requestId;

    JsonLog(PrintStream out, InstantSource clock, @Nullable String requestId) {
        this.out = out;
        this.clock = clock;
        this.requestId = requestId;
    }

    public static JsonLog toStandardOutput(InstantSource clock) {
        return new JsonLog(System.out, clock, null);
    }

    JsonLog forRequest(String requestId) {
        return new JsonLog(out, clock, requestId);
    }

    @Override
    public void log(String message) {
        log(message, LogLevel.INFO);
    }

    @Override
    public void log(byte[] message) {
        log(message, LogLevel.INFO);
    }

    @Override
    public void log(byte[] message, LogLevel level) {
        log(new String(message, UTF_8), level);
    }

    @Override
    public void log(String message, LogLevel level) {
        write(begin(message, level));
    }

    public void warn(String message) {
        log(message, LogLevel.WARN);
    }

    void failure(String message, FailureReport report) {
        StringBuilder line = begin(message, LogLevel.ERROR).append(',');
        report.appendFieldsTo(line);
        write(line);
    }

    private StringBuilder begin(String message, LogLevel level) {
        var line = new StringBuilder(256);
        Json.string(line.append("{\"timestamp\":"), clock.instant().toString());
        Json.string(line.append(",\"level\":"), level.name());
        if (requestId != null) {
            Json.string(line.append(",\"AWSRequestId\":"), requestId);
        }
        Json.string(line.append(",\"message\":"), message);
        return line;
    }

    private void write(StringBuilder line) {
        byte[] bytes = line.append("}\n").toString().getBytes(UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }
}
