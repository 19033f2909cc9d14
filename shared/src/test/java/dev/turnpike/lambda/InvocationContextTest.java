package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InvocationContextTest {
    private static final Instant DEADLINE = Instant.parse("2030-01-01T00:00:10Z");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void countsTheRemainingTimeDownToZero() {
        assertThat(contextAt(DEADLINE.minusSeconds(10)).getRemainingTimeInMillis())
                .isEqualTo(10_000);
        assertThat(contextAt(DEADLINE.minusMillis(1)).getRemainingTimeInMillis())
                .isEqualTo(1);
        assertThat(contextAt(DEADLINE.plusSeconds(1)).getRemainingTimeInMillis())
                .isZero();
    }

    @Test
    void tellsWhatLambdaSaid() {
        Context context = contextAt(DEADLINE);
        assertThat(context.getAwsRequestId()).isEqualTo("r-1");
        assertThat(context.getInvokedFunctionArn()).isEqualTo("arn");
        assertThat(context.getXrayTraceId()).isEqualTo("Root=1");
        assertThat(context.getFunctionName()).isEqualTo("api");
        assertThat(context.getFunctionVersion()).isEqualTo("7");
        assertThat(context.getMemoryLimitInMB()).isEqualTo(512);
        assertThat(context.getLogGroupName()).isEqualTo("group");
        assertThat(context.getLogStreamName()).isEqualTo("stream");
    }

    @Test
    void logsALineOfJsonPerMessage() {
        contextAt(Instant.parse("2030-01-01T00:00:00Z")).getLogger().log("two\nlines", LogLevel.WARN);
        assertThat(printed.toString(UTF_8))
                .isEqualTo("{\"timestamp\":\"2030-01-01T00:00:00Z\",\"level\":\"WARN\",\"AWSRequestId\":\"r-1\","
                        + "\"message\":\"two\\nlines\"}\n");
    }

    @Test
    void anEnvironmentWithoutARuntimeApiSaysWhatIsMissing() {
        assertThatThrownBy(() -> RuntimeEnvironment.from(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AWS_LAMBDA_RUNTIME_API");
    }

    private Context contextAt(Instant now) {
        InstantSource clock = InstantSource.fixed(now);
        var invocation = new NextInvocation("r-1", null, DEADLINE, "arn", "Root=1", null, new byte[0]);
        var environment = RuntimeEnvironment.from(Map.of(
                "AWS_LAMBDA_RUNTIME_API", "localhost:1",
                "AWS_LAMBDA_FUNCTION_NAME", "api",
                "AWS_LAMBDA_FUNCTION_VERSION", "7",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_LAMBDA_LOG_GROUP_NAME", "group",
                "AWS_LAMBDA_LOG_STREAM_NAME", "stream"));
        var log = new JsonLog(new PrintStream(printed, false, UTF_8), clock, "r-1");
        return new InvocationContext(invocation, environment, clock, log);
    }
}
