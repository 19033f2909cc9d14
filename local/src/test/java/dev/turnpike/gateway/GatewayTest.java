package dev.turnpike.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(20)
class GatewayTest {
    private static final String PRELUDE = """
        {"statusCode":200,"headers":{"Content-Type":"text/event-stream"},"cookies":["a=1","b=2"]}\
        """ + "\0".repeat(8);

    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private Answer next = answer(PRELUDE + "hello");
    private Gateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = Gateway.start(0, event -> {
            events.add(new JsonMapper().readTree(event));
            return next;
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
        client.close();
    }

    @Test
    void aRequestArrivesAsTheProxyEventOfARestApi() throws Exception {
        send(HttpRequest.newBuilder(at("/v1/responses/r%201/items?limit=2&include=a&include=b&flag"))
                .header("Authorization", "Bearer k")
                .POST(BodyPublishers.ofString("{\"a\":\"ü\"}")));
        JsonNode event = events.take();
        assertThat(event.path("httpMethod").asString()).isEqualTo("POST");
        assertThat(event.path("path").asString()).isEqualTo("/v1/responses/r 1/items");
        assertThat(event.path("pathParameters").path("proxy").asString()).isEqualTo("v1/responses/r 1/items");
        assertThat(event.path("queryStringParameters")).hasToString("""
            {"limit":"2","include":"b","flag":""}\
            """);
        assertThat(event.path("multiValueQueryStringParameters").path("include"))
                .hasToString("""
                    ["a","b"]\
                    """);
        assertThat(event.path("headers").path("Authorization").asString()).isEqualTo("Bearer k");
        assertThat(event.path("headers").propertyNames()).doesNotContain("Upgrade", "Http2-settings", "Connection");
        assertThat(event.path("body").asString()).isEqualTo("{\"a\":\"ü\"}");
        assertThat(event.path("isBase64Encoded").asBoolean()).isFalse();
        assertThat(event.path("requestContext").path("requestId").asString()).isNotEmpty();
        assertThat(event.path("requestContext")
                        .path("identity")
                        .path("sourceIp")
                        .asString())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void withoutQueryAndBodyBothAreNull() throws Exception {
        send(HttpRequest.newBuilder(at("/v1/models")));
        JsonNode event = events.take();
        assertThat(event.path("body").isNull()).isTrue();
        assertThat(event.path("queryStringParameters").isNull()).isTrue();
    }

    @Test
    void thePreludeBecomesStatusHeadersAndCookies() throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(at("/")));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(response.headers().allValues("set-cookie")).containsExactly("a=1", "b=2");
        assertThat(response.body()).isEqualTo("hello");
    }

    @Test
    void aPieceArrivesBeforeTheFunctionWritesTheNext() throws Exception {
        PipedOutputStream function = new PipedOutputStream();
        next = answer(new PipedInputStream(function), Optional.empty());
        function.write(PRELUDE.getBytes(UTF_8));
        function.flush();
        InputStream body = client.send(HttpRequest.newBuilder(at("/")).build(), BodyHandlers.ofInputStream())
                .body();
        for (String piece : new String[] {"data: one\n\n", "data: two\n\n"}) {
            function.write(piece.getBytes(UTF_8));
            function.flush();
            assertThat(new String(body.readNBytes(piece.length()), UTF_8)).isEqualTo(piece);
        }
        function.close();
        assertThat(body.read()).isEqualTo(-1);
    }

    @Test
    void anAnswerWithoutPreludeIsABadGateway() throws Exception {
        for (String malformed :
                new String[] {"", "{\"statusCode\":200}", "no json" + "\0".repeat(8), "x".repeat(20_000)}) {
            next = answer(malformed);
            HttpResponse<String> response = send(HttpRequest.newBuilder(at("/")));
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(response.body()).isEqualTo("{\"message\":\"Internal server error\"}");
        }
    }

    @Test
    void aFunctionThatCannotBeStartedIsABadGateway() throws Exception {
        try (Gateway broken = Gateway.start(0, _ -> {
            throw new IOException("no such program");
        })) {
            assertThat(send(HttpRequest.newBuilder(broken.url())).statusCode()).isEqualTo(502);
        }
    }

    @Test
    void aFailureAfterTheStartCutsTheConnectionWithoutAFinalChunk() throws Exception {
        next = answer(new ByteArrayInputStream((PRELUDE + "half").getBytes(UTF_8)), Optional.of("Runtime.ExitError"));
        assertThatThrownBy(() -> send(HttpRequest.newBuilder(at("/")))).isInstanceOf(IOException.class);
    }

    @Test
    void theFunctionGoesOnWhenItsClientHasGone() throws Exception {
        PipedOutputStream function = new PipedOutputStream();
        CountDownLatch closed = new CountDownLatch(1);
        next = closing(new PipedInputStream(function), closed);
        function.write(PRELUDE.getBytes(UTF_8));
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), gateway.url().getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.setSoLinger(true, 0);
        }
        byte[] piece = new byte[64 * 1024];
        for (int i = 0; i < 200; i++) {
            function.write(piece);
        }
        function.close();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aBodyOverTenMegabytesIsRefusedBeforeTheFunction() throws Exception {
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(at("/")).POST(BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024 + 1])));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("message");
        assertThat(events).isEmpty();
    }

    @Test
    void headAndOptionsReachTheFunctionAndHeadHasNoBody() throws Exception {
        HttpResponse<String> head = send(HttpRequest.newBuilder(at("/")).method("HEAD", BodyPublishers.noBody()));
        next = answer("{\"statusCode\":204}" + "\0".repeat(8));
        HttpResponse<String> options = send(HttpRequest.newBuilder(at("/")).method("OPTIONS", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(events)
                .extracting(event -> event.path("httpMethod").asString())
                .containsExactly("HEAD", "OPTIONS");
    }

    private URI at(String path) {
        return gateway.url().resolve(path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static Answer answer(String body) {
        return answer(new ByteArrayInputStream(body.getBytes(UTF_8)), Optional.empty());
    }

    private static Answer answer(InputStream body, Optional<String> error) {
        return new FixedAnswer(body, error, new CountDownLatch(1));
    }

    private static Answer closing(InputStream body, CountDownLatch closed) {
        return new FixedAnswer(body, Optional.empty(), closed);
    }

    private record FixedAnswer(InputStream body, Optional<String> error, CountDownLatch closed) implements Answer {
        @Override
        public void close() {
            closed.countDown();
        }
    }
}
