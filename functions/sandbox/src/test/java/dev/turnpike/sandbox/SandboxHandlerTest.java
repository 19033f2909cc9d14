package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.turnpike.sandbox.SandboxAnswer.Exited;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
class SandboxHandlerTest {
    private static final Path EVENTS = Path.of(System.getProperty("turnpike.root"), "events");

    @TempDir
    Path root;

    private SandboxHandler handler;

    @BeforeEach
    void make() throws IOException {
        handler = new SandboxHandler(new Box(root, true));
    }

    private SandboxAnswer handle(byte[] event, int leftMillis) throws IOException {
        var answer = new ByteArrayOutputStream();
        handler.handleRequest(new ByteArrayInputStream(event), answer, new TimeLeft(leftMillis));
        return AnswerWire.read(answer.toByteArray());
    }

    @ParameterizedTest
    @CsvSource({"shell, 2, today.txt", "git, repository, .git/HEAD", "code, 2, ''"})
    void theSampleEventsRun(String event, String printed, String written) throws IOException {
        SandboxAnswer answer = handle(Files.readAllBytes(EVENTS.resolve("sandbox-" + event + ".json")), 60_000);

        assertThat(answer.ending()).as(answer.output()).isEqualTo(new Exited(0));
        assertThat(answer.output()).contains(printed);
        assertThat(answer.written().stream().map(SandboxFile::path).anyMatch(written::equals))
                .isEqualTo(!written.isEmpty());
    }

    @Test
    void aCommandEndsBeforeTheFunctionDoes() throws IOException {
        byte[] event = "{\"command\":\"shell\",\"script\":\"sleep 100\",\"timeout_ms\":100000}".getBytes(UTF_8);

        SandboxAnswer answer = handle(event, 5_300);

        assertThat(answer.ending()).isEqualTo(new SandboxAnswer.TimedOut());
        assertThat(answer.took()).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void whatIsNoRequestIsTheCallersMistake() {
        assertThatThrownBy(() -> handle("{\"command\":\"dance\"}".getBytes(UTF_8), 60_000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// An invocation of a function with 1,024 MB.
    private record TimeLeft(int millis) implements Context {
        @Override
        public int getRemainingTimeInMillis() {
            return millis;
        }

        @Override
        public int getMemoryLimitInMB() {
            return 1_024;
        }

        @Override
        public String getAwsRequestId() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getLogGroupName() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getLogStreamName() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getFunctionName() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getFunctionVersion() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getInvokedFunctionArn() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CognitoIdentity getIdentity() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClientContext getClientContext() {
            throw new UnsupportedOperationException();
        }

        @Override
        public LambdaLogger getLogger() {
            throw new UnsupportedOperationException();
        }
    }
}
