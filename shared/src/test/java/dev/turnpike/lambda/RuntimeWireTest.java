package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The bytes on the wire, with the test itself as the Runtime API.
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RuntimeWireTest {
    private final CompletableFuture<Integer> exitStatus = new CompletableFuture<>();
    private final List<Socket> accepted = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        for (Socket connection : accepted) {
            connection.close();
        }
    }

    @Test
    void everythingBeforeTheFirstFlushLeavesWithTheHeadAndEveryLaterFlushIsAChunk() throws Exception {
        run((_, output, _) -> {
            output.write("{\"statusCode\":200}".getBytes(UTF_8));
            output.write(new byte[8]);
            output.flush();
            output.flush();
            output.write('a');
            output.write("bcdefghijklmnop".getBytes(UTF_8));
            output.flush();
            output.write("rest".getBytes(UTF_8));
        });
        Socket poll = accept();
        handOut(poll, "Lambda-Runtime-Invocation-Id: attempt-7\r\n", "{}");
        Socket stream = accept();
        assertThat(readUntil(stream, "0\r\n\r\n"))
                .isEqualTo("POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n"
                        + "Host: " + address() + "\r\n"
                        + "User-Agent: turnpike\r\n"
                        + "Lambda-Runtime-Invocation-Id: attempt-7\r\n"
                        + "Content-Type: application/vnd.awslambda.http-integration-response\r\n"
                        + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
                        + "Transfer-Encoding: chunked\r\n"
                        + "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n"
                        + "\r\n"
                        + "1a\r\n{\"statusCode\":200}" + "\0".repeat(8) + "\r\n"
                        + "10\r\nabcdefghijklmnop\r\n"
                        + "4\r\nrest\r\n"
                        + "0\r\n\r\n");
    }

    @Test
    void theNextInvocationIsAskedForOnlyAfterTheAnswerToTheStream() throws Exception {
        run((_, output, _) -> {
            output.write('x');
            output.flush();
        });
        Socket poll = accept();
        handOut(poll, "", "{}");
        Socket stream = accept();
        readUntil(stream, "0\r\n\r\n");
        assertThat(poll.getInputStream().available()).isZero();
        answerAccepted(stream);
        assertThat(readUntil(poll, "\r\n\r\n")).startsWith("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n");
    }

    @Test
    void aFailureAfterTheFirstByteIsToldInTheTrailers() throws Exception {
        run((_, output, _) -> {
            output.write('x');
            output.flush();
            throw new IllegalStateException("broke\nhere");
        });
        handOut(accept(), "", "{}");
        Socket stream = accept();
        readUntil(stream, "1\r\nx\r\n0\r\n");
        String trailers = readUntil(stream, "\r\n\r\n");
        assertThat(trailers)
                .startsWith("Lambda-Runtime-Function-Error-Type: Runtime.UserException\r\n"
                        + "Lambda-Runtime-Function-Error-Body: ");
        String encoded = trailers.substring(trailers.lastIndexOf(": ") + 2).strip();
        assertThat(new String(Base64.getDecoder().decode(encoded), UTF_8))
                .startsWith("{\"errorMessage\":\"broke\\nhere\",\"errorType\":\"java.lang.IllegalStateException\","
                        + "\"stackTrace\":[\"dev.turnpike.lambda.RuntimeWireTest.");
    }

    @Test
    void anAnswerWithoutAFlushIsPostedInOnePieceOnTheKeptConnection() throws Exception {
        run((input, output, _) -> {
            output.write(input.readAllBytes());
            output.close();
        });
        Socket poll = accept();
        handOut(poll, "", "{\"a\":1}");
        assertThat(readUntil(poll, "{\"a\":1}"))
                .startsWith("POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n")
                .contains("\r\nContent-Length: 7\r\n")
                .doesNotContain("Response-Mode");
    }

    @Test
    void anEventMayComeInChunks() throws Exception {
        run((input, output, _) -> output.write(input.readAllBytes()));
        Socket poll = accept();
        readUntil(poll, "\r\n\r\n");
        send(poll, "HTTP/1.1 200 OK\r\n" + INVOCATION + "Transfer-Encoding: chunked\r\n\r\n");
        send(poll, "4;x=y\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n");
        assertThat(readUntil(poll, "{\"a\":1}")).contains("Content-Length: 7");
    }

    @Test
    void aKeptConnectionThatWasClosedIsOpenedAgain() throws Exception {
        run((input, output, _) -> output.write(input.readAllBytes()));
        Socket poll = accept();
        handOut(poll, "", "first");
        readUntil(poll, "first");
        answerAccepted(poll);
        readUntil(poll, "\r\n\r\n");
        poll.close();
        Socket again = accept();
        handOut(again, "", "second");
        assertThat(readUntil(again, "second")).contains("/invocation/r-1/response");
    }

    @Test
    void aHandlerFinishesWhenNobodyTakesItsOutputAnyMore() throws Exception {
        var gone = new CountDownLatch(1);
        var finished = new CompletableFuture<String>();
        run((_, output, _) -> {
            output.write('x');
            output.flush();
            awaitUninterruptibly(gone);
            for (int i = 0; i < 1_000; i++) {
                output.write(new byte[1_000]);
                output.flush();
            }
            finished.complete("finished");
        });
        Socket poll = accept();
        handOut(poll, "", "{}");
        Socket stream = accept();
        readUntil(stream, "1\r\nx\r\n");
        stream.setSoLinger(true, 0); // Reset it, so that the very next write fails.
        stream.close();
        gone.countDown();
        assertThat(finished.get()).isEqualTo("finished");
        assertThat(readUntil(poll, "\r\n\r\n")).startsWith("GET /2018-06-01/runtime/invocation/next ");
    }

    @Test
    void aFailedInitialisationIsReportedAndEndsTheProcess() throws Exception {
        run(
                () -> {
                    throw new IllegalStateException("TABLE is not set");
                },
                Map.of());
        Socket report = accept();
        assertThat(readUntil(report, "]}"))
                .startsWith("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n")
                .contains("\r\nLambda-Runtime-Function-Error-Type: Runtime.BadFunctionCode\r\n")
                .contains("{\"errorMessage\":\"TABLE is not set\",\"errorType\":\"java.lang.IllegalStateException\"");
        answerAccepted(report);
        assertThat(exitStatus.get()).isEqualTo(1);
    }

    @Test
    void afterARestoreAFreshConnectionIsUsed() throws Exception {
        RequestStreamHandler handler = (_, _, _) -> {};
        run(() -> handler, Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"));
        Socket beforeSnapshot = accept();
        assertThat(readUntil(beforeSnapshot, "\r\n\r\n")).startsWith("GET /2018-06-01/runtime/restore/next ");
        send(beforeSnapshot, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(readUntil(accept(), "\r\n\r\n")).startsWith("GET /2018-06-01/runtime/invocation/next ");
        assertThat(beforeSnapshot.getInputStream().read()).isEqualTo(-1);
    }

    private static final String INVOCATION =
            "Lambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n";

    private void run(RequestStreamHandler handler) {
        run(() -> handler, Map.of());
    }

    private void run(Callable<RequestStreamHandler> handlers, Map<String, String> more) {
        var variables = new HashMap<>(more);
        variables.put("AWS_LAMBDA_RUNTIME_API", address());
        RuntimeEnvironment environment = RuntimeEnvironment.from(variables);
        Thread.startVirtualThread(() -> exitStatus.complete(StreamingRuntime.run(handlers, environment)));
    }

    private String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private static void handOut(Socket poll, String headers, String event) throws IOException {
        readUntil(poll, "\r\n\r\n");
        send(poll, "HTTP/1.1 200 OK\r\n" + INVOCATION + headers + "Content-Length: " + event.length() + "\r\n\r\n");
        send(poll, event);
    }

    private Socket accept() throws IOException {
        Socket connection = server.accept();
        accepted.add(connection);
        return connection;
    }

    private static void answerAccepted(Socket connection) throws IOException {
        send(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
    }

    private static void send(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static String readUntil(Socket connection, String end) throws IOException {
        InputStream input = connection.getInputStream();
        var text = new StringBuilder();
        while (!text.toString().endsWith(end)) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("Closed after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }
}
