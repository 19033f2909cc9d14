package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The states and refusals of the Runtime API, with the test as an environment that does everything wrong.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RuntimeApiTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String STREAMED =
            "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n";

    private RuntimeApi api;

    @BeforeEach
    void start() throws IOException {
        api = RuntimeApi.start();
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    @Test
    void anErrorAfterTheResponseIsForbidden() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            Invocation invocation = environment.take();
            assertThat(environment.post(invocation, "response", "Content-Length: 2\r\n\r\nok"))
                    .startsWith("202");
            assertThat(environment.post(invocation, "error", "Content-Length: 2\r\n\r\n{}"))
                    .startsWith("403");
            assertThat(environment.post(invocation, "response", STREAMED + "1\r\nx\r\n0\r\n\r\n"))
                    .startsWith("403");
            assertThat(invocation.body().readAllBytes()).asString(UTF_8).isEqualTo("ok");
            assertThat(invocation.error()).isEmpty();
        }
    }

    @Test
    void anUnknownModeFailsTheInvocation() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            Invocation invocation = environment.take();
            assertThat(environment.post(
                            invocation,
                            "response",
                            "Lambda-Runtime-Function-Response-Mode: stream\r\nContent-Length: 2\r\n\r\nok"))
                    .startsWith("400")
                    .endsWith("{\"errorType\":\"Runtime.InvalidResponseModeHeader\"}");
            assertThat(invocation.error()).contains("Runtime.InvalidResponseModeHeader: stream");
        }
    }

    @Test
    void aStreamWithoutItsLastChunkIsTruncated() throws Exception {
        for (String end : new String[] {"", "5\r\nab", "0\r\n", "data: x\r\n"}) {
            try (var environment = new RawEnvironment(api)) {
                Invocation invocation = environment.take();
                try (var stream = new RawEnvironment(api)) {
                    stream.send(invocation, "response", STREAMED + "3\r\none\r\n" + end);
                    assertThat(invocation.body().readNBytes(3)).asString(UTF_8).isEqualTo("one");
                }
                assertThat(invocation.error())
                        .hasValueSatisfying(error -> assertThat(error).startsWith("Runtime.TruncatedResponse"));
                assertThat(invocation.body().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void anEnvironmentThatDiesBeforeItAnswersFailsItsInvocation() throws Exception {
        Invocation invocation;
        try (var environment = new RawEnvironment(api)) {
            invocation = environment.take();
        }
        assertThat(invocation.error())
                .hasValueSatisfying(error -> assertThat(error).startsWith("Runtime.ExitError"));
        assertThat(invocation.streamed()).isFalse();
    }

    @Test
    void anEnvironmentThatDiesWhileIdleIsHandedNothing() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            environment.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
            awaitUntil(() -> api.idleEnvironments() == 1);
        }
        awaitUntil(() -> api.idleEnvironments() == 0);
        Invocation invocation = api.invoke("{}".getBytes(UTF_8), LONG);
        assertThat(api.waitingInvocations()).isEqualTo(1);
        Loop.start(api, (_, output, _) -> output.write('k'));
        assertThat(invocation.body().readAllBytes()).asString(UTF_8).isEqualTo("k");
    }

    @Test
    void anAnswerThatEchoesAnotherInvocationIdIsGoneAndTheRightOneStillCounts() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            Invocation invocation = environment.take();
            assertThat(environment.post(
                            invocation, "response", "Lambda-Runtime-Invocation-Id: x\r\n" + STREAMED + "0\r\n\r\n"))
                    .startsWith("410");
            assertThat(environment.post(
                            invocation, "error", "Lambda-Runtime-Invocation-Id: x\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("410");
            assertThat(environment.post(
                            invocation,
                            "response",
                            "Lambda-Runtime-Invocation-Id: " + invocation.invocationId() + "\r\n" + STREAMED
                                    + "1\r\nx\r\n0\r\n\r\n"))
                    .startsWith("202");
            assertThat(invocation.error()).isEmpty();
        }
    }

    @Test
    void anInvocationThatIsNotAnsweredInTimeEnds() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            environment.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
            awaitUntil(() -> api.idleEnvironments() == 1);
            Invocation taken = api.invoke("{}".getBytes(UTF_8), Duration.ofMillis(20));
            Invocation waiting = api.invoke("{}".getBytes(UTF_8), Duration.ofMillis(20));
            assertThat(taken.error()).contains("Sandbox.Timedout: no answer within 20 ms");
            assertThat(waiting.error()).contains("Sandbox.Timedout: no answer within 20 ms");
            awaitUntil(() -> api.waitingInvocations() == 0);
            environment.receive();
            assertThat(environment.post(taken, "response", STREAMED + "1\r\nx\r\n0\r\n\r\n"))
                    .startsWith("410");
        }
    }

    @Test
    void theNextInvocationIsRefusedUntilTheLastOneIsAnswered() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            Invocation invocation = environment.take();
            environment.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
            assertThat(environment.receive()).startsWith("403");
            assertThat(environment.post(invocation, "response", "Content-Length: 0\r\n\r\n"))
                    .startsWith("202");
        }
    }

    @Test
    void whatIsNotOfTheRuntimeApiIsRefused() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            environment.send(
                    "POST /2018-06-01/runtime/invocation/nobody/response HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
            assertThat(environment.receive()).startsWith("400");
            environment.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(environment.receive()).startsWith("404");
        }
    }

    @Test
    void aCallerThatClosesTheBodyDoesNotDisturbTheFunction() throws Exception {
        try (var environment = new RawEnvironment(api)) {
            Invocation invocation = environment.take();
            invocation.body().close();
            assertThat(environment.post(invocation, "response", STREAMED + "1\r\nx\r\n0\r\n\r\n"))
                    .startsWith("202");
            assertThat(invocation.error()).isEmpty();
            assertThat(invocation.body().read()).isEqualTo(-1);
        }
    }

    @Test
    void closingEndsWhatIsOpen() throws Exception {
        Invocation waiting = api.invoke("{}".getBytes(UTF_8), LONG);
        api.close();
        assertThat(waiting.error()).contains("ServiceException: the Runtime API is closed");
        assertThatThrownBy(() -> api.invoke("{}".getBytes(UTF_8), LONG)).isInstanceOf(IllegalStateException.class);
    }

    /// Polls, for a state that nothing announces.
    private static void awaitUntil(BooleanSupplier state) {
        while (!state.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /// One connection, as an environment would open it.
    private record RawEnvironment(RuntimeApi api, Socket socket) implements AutoCloseable {
        RawEnvironment(RuntimeApi api) throws IOException {
            this(
                    api,
                    new Socket(
                            InetAddress.getLoopbackAddress(),
                            Integer.parseInt(api.address().split(":", 2)[1])));
        }

        /// Makes an invocation and fetches it.
        Invocation take() throws IOException {
            Invocation invocation = api.invoke("{}".getBytes(UTF_8), LONG);
            send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
            assertThat(receive()).startsWith("200").contains(invocation.requestId());
            return invocation;
        }

        String post(Invocation invocation, String path, String rest) throws IOException {
            send(invocation, path, rest);
            return receive();
        }

        void send(Invocation invocation, String path, String rest) throws IOException {
            send("POST /2018-06-01/runtime/invocation/" + invocation.requestId() + "/" + path + " HTTP/1.1\r\n" + rest);
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        }

        /// An answer, from its status on.
        String receive() throws IOException {
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) socket.getInputStream().read());
            }
            int length = head.indexOf("Content-Length: ") + "Content-Length: ".length();
            String digits = head.substring(length, head.indexOf("\r\n", length));
            byte[] body = socket.getInputStream().readNBytes(Integer.parseInt(digits));
            return head.substring("HTTP/1.1 ".length()) + new String(body, UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
