package dev.turnpike.egress;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.turnpike.egress.EgressException.Reason;
import dev.turnpike.fake.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked of servers that the operator named: methods, headers, bodies, and whatever they answer.
class AskTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Map<String, List<InetAddress>> names = new HashMap<>(Map.of("images.test", loopback()));
    private final List<WebServer> servers = new ArrayList<>();

    private static List<InetAddress> loopback() {
        return List.of(InetAddress.ofLiteral("127.0.0.1"));
    }

    @AfterEach
    void closeServers() throws IOException {
        for (WebServer server : servers) {
            server.close();
        }
    }

    private WebServer server(WebServer.Site site) throws IOException {
        var server = new WebServer(site);
        servers.add(server);
        return server;
    }

    private record Said(int status, String type, String body) {}

    private Said ask(String method, String url, Map<String, String> headers, @Nullable String body)
            throws EgressException {
        return egress("127.0.0.0/8")
                .ask(
                        new WebRequest(method, url, headers, body),
                        LONG,
                        answer -> new Said(
                                answer.status(),
                                answer.header("Content-Type").orElse(""),
                                new String(answer.body().readAllBytes(), UTF_8)));
    }

    private Egress egress(String allowed) {
        Set<Integer> ports = servers.stream().map(WebServer::port).collect(Collectors.toSet());
        return egress(allowed, ports);
    }

    private Egress egress(String allowed, Set<Integer> ports) {
        NameResolver resolver = host -> {
            if (!names.containsKey(host)) {
                throw new UnknownHostException(host);
            }
            return names.getOrDefault(host, List.of());
        };
        return new Egress(new EgressSettings(List.of(Cidr.parse(allowed)), ports), resolver, WebServer::trust);
    }

    @Test
    void methodHeadersAndBodyGoOutAndStatusTypeAndBodyComeBack() throws Exception {
        WebServer server = server((_, out) -> out.write(WebServer.answer(422, "application/json", "{\"no\":\"é\"}")));
        String url = "https://images.test:" + server.port() + "/things?x=1";

        Said said = ask("PUT", url, Map.of("Content-Type", "application/json"), "{\"name\":\"ü\"}");

        assertThat(said).isEqualTo(new Said(422, "application/json", "{\"no\":\"é\"}"));
        assertThat(server.bodies()).containsExactly("{\"name\":\"ü\"}");
        assertThat(server.requests().getFirst()).isEqualToNormalizingNewlines("""
            PUT /things?x=1 HTTP/1.1
            Host: images.test:%d
            User-Agent: turnpike
            Accept: */*
            Accept-Encoding: identity
            Content-Type: application/json
            Content-Length: 13
            Connection: close

            """.formatted(server.port()));
    }

    @Test
    @DisplayName("credentials never follow a redirect to another origin, and do follow one within their own")
    void credentialsStayWithTheirOrigin() throws Exception {
        WebServer other = server((target, out) -> out.write(
                target.equals("/back")
                        ? WebServer.redirect(
                                "https://images.test:" + servers.getLast().port() + "/end")
                        : WebServer.answer(200, "text/plain", "other")));
        WebServer server = server((target, out) -> out.write(
                switch (target) {
                    case "/here" -> WebServer.redirect("/end");
                    case "/away" -> WebServer.redirect("https://images.test:" + other.port() + "/");
                    case "/round" -> WebServer.redirect("https://images.test:" + other.port() + "/back");
                    case "/name" ->
                        WebServer.redirect(
                                "https://api.images.test:" + servers.getLast().port() + "/end");
                    default -> WebServer.answer(200, "text/plain", "own");
                }));
        names.put("api.images.test", loopback());
        String url = "https://images.test:" + server.port();
        Map<String, String> headers = Map.of("Authorization", "Bearer hidden", "X-Key", "hidden");

        assertThat(ask("GET", url + "/here", headers, null).body()).isEqualTo("own");
        assertThat(server.requests()).hasSize(2).allMatch(head -> head.contains("Bearer hidden"));

        assertThat(ask("GET", url + "/away", headers, null).body()).isEqualTo("other");
        assertThat(other.requests()).hasSize(1).noneMatch(head -> head.contains("hidden"));

        assertThat(ask("GET", url + "/round", headers, null).body()).isEqualTo("own");
        assertThat(server.requests().getLast()).contains("/end").doesNotContain("hidden");

        assertThat(ask("GET", url + "/name", headers, null).body()).isEqualTo("own");
        assertThat(server.requests().getLast()).contains("api.images.test").doesNotContain("hidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void onlyAGetIsRedirected(String method) throws Exception {
        WebServer other = server((_, out) -> out.write(WebServer.ok(new byte[0])));
        WebServer server =
                server((_, out) -> out.write(WebServer.redirect("https://images.test:" + other.port() + "/")));

        assertThat(ask(method, "https://images.test:" + server.port() + "/", Map.of(), "{}")
                        .status())
                .isEqualTo(302);
        assertThat(other.connections()).isZero();
    }

    @Test
    void httpLeadsToWhatTheOperatorHasOpenedInsideAndNowhereElse() throws Exception {
        HttpServer plain = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        plain.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(US_ASCII));
            exchange.close();
        });
        plain.start();
        try {
            int port = plain.getAddress().getPort();
            names.put("open.test", List.of(InetAddress.ofLiteral("93.184.216.34")));
            var request = new WebRequest("POST", "http://images.test:" + port + "/", Map.of(), "{}");
            WebAnswer.Reader<String> reader = answer -> new String(answer.body().readAllBytes(), UTF_8);

            assertThat(egress("127.0.0.1/32", Set.of(port)).ask(request, LONG, reader))
                    .isEqualTo("ok");
            assertRefused(egress("10.0.0.0/8", Set.of(port)), request, Reason.UNREACHABLE);
            assertRefused(egress("127.0.0.1/32", Set.of(443)), request, Reason.URL);
            // Public, and opened by mistake.
            var outside = new WebRequest("POST", "http://open.test:" + port + "/", Map.of(), "{}");
            assertRefused(egress("93.184.216.0/24", Set.of(port)), outside, Reason.UNREACHABLE);
        } finally {
            plain.stop(0);
        }
    }

    private static void assertRefused(Egress egress, WebRequest request, Reason reason) {
        EgressException refused =
                catchThrowableOfType(EgressException.class, () -> egress.ask(request, LONG, answer -> answer.status()));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.asked()).isFalse();
    }

    @Test
    void itIsKnownWhetherTheServerWasAsked() throws IOException {
        WebServer cutting =
                server((_, out) -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab".getBytes(US_ASCII)));
        String url = "https://images.test:" + cutting.port() + "/";

        EgressException cut = catchThrowableOfType(EgressException.class, () -> ask("POST", url, Map.of(), "{}"));
        EgressException unknown = catchThrowableOfType(
                EgressException.class,
                () -> ask("POST", "https://unknown.test:" + cutting.port() + "/", Map.of(), "{}"));

        assertThat(cut.asked()).isTrue();
        assertThat(cut.reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(unknown.asked()).isFalse();
    }

    @Test
    void whoeverAsksMayHaveHeardEnoughOfAnAnswerWithoutEnd() throws Exception {
        WebServer endless = server((_, out) -> {
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(US_ASCII));
            while (true) {
                out.write("4\r\nabcd\r\n".getBytes(US_ASCII));
            }
        });
        var request = new WebRequest("GET", "https://images.test:" + endless.port() + "/", Map.of(), null);

        byte[] heard = egress("127.0.0.1/32")
                .ask(request, LONG, answer -> answer.body().readNBytes(10));

        assertThat(heard).asString(US_ASCII).isEqualTo("abcdabcdab");
    }

    @ParameterizedTest
    @CsvSource({
        "X-Key, 'a\r\nHost: elsewhere'",
        "X-Key, 'a\nb'",
        "'X Key', a",
        "'X:Key', a",
        "host, elsewhere",
        "Content-Length, 3",
        "Transfer-Encoding, chunked",
        "Proxy-Authorization, a",
        "X-Key, '中'"
    })
    void whatWouldBeAnotherQuestionIsNoHeader(String name, String value) {
        assertThatThrownBy(() -> new WebRequest("GET", "https://images.test/", Map.of(name, value), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("elsewhere");
        assertThatThrownBy(() -> new WebRequest("GET /x HTTP/1.1\r\n", "https://images.test/", Map.of(), null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
