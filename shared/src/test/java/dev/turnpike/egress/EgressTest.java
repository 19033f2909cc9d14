package dev.turnpike.egress;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.turnpike.egress.EgressException.Reason;
import dev.turnpike.fake.WebServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What URLs lead to, over real TLS on this machine. Where a test needs a public address, 127.0.0.2 is opened to play
/// it, and 127.0.0.1 stays closed.
class EgressTest {
    private static final int MOST_BYTES = 1_000_000;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String PUBLIC = "127.0.0.2";
    private static final String CLOSED = "127.0.0.1";

    private final Names names = new Names();
    private final List<WebServer> servers = new ArrayList<>();

    /// Answers each look-up of a name with the next of its answers, and then with the last.
    private static final class Names implements NameResolver {
        private final Map<String, Deque<List<InetAddress>>> answers = new HashMap<>();
        int asked;

        void add(String name, String... addresses) {
            answers.computeIfAbsent(name, _ -> new ArrayDeque<>())
                    .add(Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
        }

        @Override
        public synchronized List<InetAddress> resolve(String host) throws UnknownHostException {
            asked++;
            Deque<List<InetAddress>> left = answers.get(host);
            if (left == null) {
                throw new UnknownHostException(host);
            }
            return left.size() > 1 ? left.pop() : left.peek();
        }
    }

    @AfterEach
    void closeServers() throws IOException {
        for (WebServer server : servers) {
            server.close();
        }
    }

    @Test
    void anImageIsFetched() throws Exception {
        WebServer server = publicServer((target, out) -> out.write(WebServer.ok(target.getBytes(US_ASCII))));

        assertThat(fetch("https://images.test:%d/a?b#c".formatted(server.port()), server))
                .isEqualTo("/a?b".getBytes(US_ASCII));
        assertThat(names.asked).isEqualTo(1);
    }

    @Test
    void bodiesInChunksAndUpToTheEndAreReadWhole() throws Exception {
        WebServer server = publicServer((target, out) -> {
            if (target.equals("/chunks")) {
                out.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".getBytes(US_ASCII));
                out.write("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n".getBytes(US_ASCII));
                out.write("3;x=y\r\nabc\r\n02\r\nde\r\n0\r\n\r\n".getBytes(US_ASCII));
            } else {
                out.write("HTTP/1.0 200 OK\r\nContent-Encoding: identity\r\n\r\nabcde".getBytes(US_ASCII));
            }
        });

        assertThat(fetch(server.port(), "/chunks")).asString(US_ASCII).isEqualTo("abcde");
        assertThat(fetch(server.port(), "/end")).asString(US_ASCII).isEqualTo("abcde");
    }

    @Test
    void nothingGoesAlongButTheUrl() throws Exception {
        WebServer server = publicServer(
                (target, out) -> out.write(target.equals("/a") ? WebServer.redirect("/b") : WebServer.ok(new byte[0])));

        fetch(server.port(), "/a");

        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast()).isEqualToNormalizingNewlines("""
            GET /b HTTP/1.1
            Host: images.test:%d
            User-Agent: turnpike
            Accept: */*
            Accept-Encoding: identity
            Connection: close

            """.formatted(server.port()));
    }

    @ParameterizedTest
    @DisplayName("row 32: a closed address is not even dialled, however it is written")
    @ValueSource(
            strings = {"127.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost", "localhost.", "LOCALHOST"})
    void aClosedAddressIsNotDialled(String host) throws IOException {
        WebServer inside = server(CLOSED, 0, (_, out) -> out.write(WebServer.ok(new byte[1])));
        names.add("localhost", CLOSED);

        assertThat(refusal("https://" + host + ":" + inside.port() + "/", inside)
                        .reason())
                .isEqualTo(Reason.UNREACHABLE);
        assertThat(inside.connections()).isZero();
    }

    @Test
    @DisplayName("row 32: one closed address among those of a name closes the name")
    void oneClosedAddressClosesAName() throws IOException {
        WebServer server = publicServer((_, out) -> out.write(WebServer.ok(new byte[1])));
        WebServer inside = server(CLOSED, server.port(), (_, out) -> out.write(WebServer.ok(new byte[1])));
        names.add("two.images.test", PUBLIC, CLOSED);

        assertThat(refusal("https://two.images.test:" + server.port() + "/", server)
                        .reason())
                .isEqualTo(Reason.UNREACHABLE);
        assertThat(server.connections() + inside.connections()).isZero();
    }

    @Test
    @DisplayName("row 32: a name that leads elsewhere a moment later gains nothing: what was checked is dialled")
    void aNameThatFlipsGainsNothing() throws Exception {
        WebServer server = publicServer((_, out) -> out.write(WebServer.ok("outside".getBytes(UTF_8))));
        WebServer inside = server(CLOSED, server.port(), (_, out) -> out.write(WebServer.ok("inside".getBytes(UTF_8))));
        names.add("flip.images.test", PUBLIC);
        names.add("flip.images.test", CLOSED);
        String url = "https://flip.images.test:" + server.port() + "/";

        assertThat(fetch(url, server)).asString(UTF_8).isEqualTo("outside");
        assertThat(names.asked).isEqualTo(1);
        assertThat(refusal(url, server).reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(inside.connections()).isZero();
    }

    @Test
    @DisplayName("row 32: a redirect is a URL like the first one: looked up, checked, dialled anew")
    void aRedirectToAClosedAddressIsNotFollowed() throws IOException {
        WebServer server = publicServer((target, out) -> out.write(WebServer.redirect(
                target.equals("/name")
                        ? "https://inside.images.test:" + servers.getFirst().port() + "/"
                        : "https://127.0.0.1:" + servers.getFirst().port() + "/")));
        WebServer inside = server(CLOSED, server.port(), (_, out) -> out.write(WebServer.ok(new byte[1])));
        names.add("inside.images.test", CLOSED);

        for (String target : List.of("/name", "/address")) {
            assertThat(refusal("https://images.test:" + server.port() + target, server)
                            .reason())
                    .isEqualTo(Reason.UNREACHABLE);
        }
        assertThat(server.connections()).isEqualTo(2);
        assertThat(inside.connections()).isZero();
    }

    @ParameterizedTest
    @DisplayName("rows 32 and 33: a redirect to another scheme or to an odd address is not followed")
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "jar:https://images.test/a!/b",
                "http://images.test/",
                "https://2130706433/",
                "https://127.1/",
                "https://u:p@images.test/"
            })
    void aRedirectToAnotherSchemeIsNotFollowed(String location) throws IOException {
        WebServer server = publicServer((_, out) -> out.write(WebServer.redirect(location)));

        assertThat(refusal(server.port(), "/").reason()).isEqualTo(Reason.URL);
    }

    @Test
    @DisplayName("row 33: the sixth of thirty redirects is not followed")
    void redirectsAreBounded() throws Exception {
        WebServer server = publicServer((target, out) -> {
            int left = Integer.parseInt(target.substring(1));
            out.write(left == 0 ? WebServer.ok(new byte[1]) : WebServer.redirect("/" + (left - 1)));
        });

        assertThat(refusal(server.port(), "/30").reason()).isEqualTo(Reason.REDIRECTS);
        assertThat(server.requests()).hasSize(1 + Egress.MOST_REDIRECTS);
        assertThat(fetch(server.port(), "/5")).hasSize(1);
    }

    @Test
    @DisplayName("row 33: five gigabytes are cut off, whether their length is told or not, and memory stays flat")
    void bodiesAreBounded() throws IOException {
        long length = 5L * 1024 * 1024 * 1024;
        WebServer server = publicServer((target, out) -> {
            String head = switch (target) {
                case "/told" -> "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n";
                case "/chunk" -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n140000000\r\n";
                case "/chunks" -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                default -> "HTTP/1.1 200 OK\r\n\r\n";
            };
            out.write(head.getBytes(US_ASCII));
            byte[] piece =
                    target.equals("/chunks") ? "8\r\nabcdefgh\r\n".repeat(1000).getBytes(US_ASCII) : new byte[13_000];
            for (long sent = 0; sent < length; sent += piece.length) {
                out.write(piece);
            }
        });

        for (String target : List.of("/told", "/chunk", "/chunks", "/end")) {
            long before = allocatedBytes();
            assertThat(refusal(server.port(), target).reason()).as(target).isEqualTo(Reason.TOO_LARGE);
            assertThat(allocatedBytes() - before).as(target).isLessThan(16L * MOST_BYTES);
        }
        assertThat(server.sentBytes()).isLessThan(100L * MOST_BYTES);
    }

    @Test
    @DisplayName("row 33: what comes compressed is not unpacked")
    void aCompressedBodyIsRefused() throws IOException {
        byte[] bomb = bomb();
        WebServer server = publicServer((target, out) -> {
            out.write(("HTTP/1.1 200 OK\r\n" + target.substring(1) + ": gzip\r\nContent-Length: " + bomb.length
                            + "\r\n\r\n")
                    .getBytes(US_ASCII));
            out.write(bomb);
        });

        assertThat(refusal(server.port(), "/Content-Encoding").reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(refusal(server.port(), "/Transfer-Encoding").reason()).isEqualTo(Reason.UNREADABLE);
    }

    private static byte[] bomb() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            var zeros = new byte[1_000_000];
            for (int i = 0; i < 100; i++) {
                gzip.write(zeros);
            }
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @DisplayName("row 33: a head or a body that comes byte by byte ends with the time")
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 200 OK\r\nX: "})
    void aSlowAnswerIsGivenUp(String beginning) throws IOException {
        WebServer server = publicServer((_, out) -> {
            out.write(beginning.getBytes(US_ASCII));
            for (int i = 0; i < 1_000; i++) {
                out.write('a');
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        });
        var limits = new FetchLimits(MOST_BYTES, Duration.ofMillis(1_500));

        long start = System.nanoTime();
        EgressException late = catchThrowableOfType(
                EgressException.class,
                () -> egress(server.port()).fetch("https://images.test:" + server.port() + "/", limits));

        assertThat(late.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(limits.time(), Duration.ofSeconds(10));
        assertThat(server.sentBytes()).isGreaterThan(beginning.length());
    }

    @Test
    @DisplayName("row 33: a server that takes the connection and says nothing ends with the time")
    void silenceIsGivenUp() throws IOException {
        WebServer silent = WebServer.silent();
        servers.add(silent);
        names.add("images.test", CLOSED);
        var egress = new Egress(
                new EgressSettings(List.of(Cidr.parse("127.0.0.0/8")), Set.of(silent.port())), names, WebServer::trust);

        long start = System.nanoTime();
        EgressException late = catchThrowableOfType(
                EgressException.class,
                () -> egress.fetch(
                        "https://images.test:" + silent.port() + "/",
                        new FetchLimits(MOST_BYTES, Duration.ofMillis(200))));

        assertThat(late.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(200), LONG);
    }

    @Test
    void aLookUpThatHangsEndsWithTheTime() {
        NameResolver hanging = _ -> {
            try {
                Thread.sleep(LONG);
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException();
        };
        var egress = new Egress(new EgressSettings(List.of(), Set.of(443)), hanging, WebServer::trust);

        EgressException late = catchThrowableOfType(
                EgressException.class,
                () -> egress.fetch("https://images.test/", new FetchLimits(1, Duration.ofMillis(50))));

        assertThat(late.reason()).isEqualTo(Reason.TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 302 Found\r\n\r\n",
                "SSH-2.0-OpenSSH_9.9\r\n",
                ""
            })
    void whatIsCutOffOrNoHttpIsRefused(String answer) throws IOException {
        WebServer server = publicServer((_, out) -> out.write(answer.getBytes(US_ASCII)));

        assertThat(refusal(server.port(), "/").reason()).isEqualTo(Reason.UNREADABLE);
    }

    @Test
    void aHeadWithoutEndIsRefused() throws IOException {
        WebServer server = publicServer((_, out) -> {
            while (true) {
                out.write("HTTP/1.1 103 Early Hints\r\n\r\n".getBytes(US_ASCII));
            }
        });

        assertThat(refusal(server.port(), "/").reason()).isEqualTo(Reason.UNREADABLE);
    }

    @Test
    void anotherStatusIsToldAndItsBodyIsNot() throws IOException {
        WebServer server = publicServer((_, out) -> out.write("HTTP/1.1 404 secret\r\n\r\nsecret".getBytes(US_ASCII)));

        EgressException refused = refusal(server.port(), "/");

        assertThat(refused.reason()).isEqualTo(Reason.STATUS);
        assertThat(refused).hasMessageContaining("404").hasMessageNotContaining("secret");
    }

    @Test
    void aServerMustProveItsName() throws IOException {
        WebServer server = publicServer((_, out) -> out.write(WebServer.ok(new byte[1])));
        names.add("other.test", PUBLIC);

        assertThat(refusal("https://other.test:" + server.port() + "/", server).reason())
                .isEqualTo(Reason.UNREACHABLE);

        SSLContext publicTls = Egress.publicTls();
        var distrustful = new Egress(opened(server.port()), names, () -> publicTls);
        assertThat(catchThrowableOfType(
                                EgressException.class,
                                () -> distrustful.fetch(
                                        "https://images.test:" + server.port() + "/",
                                        new FetchLimits(MOST_BYTES, LONG)))
                        .reason())
                .isEqualTo(Reason.UNREACHABLE);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    @DisplayName("row 32: a closed address, an unknown name and a refused connection look alike")
    void nobodyLearnsWhatIsInside() throws IOException {
        WebServer server = publicServer((_, out) -> out.write(WebServer.ok(new byte[1])));
        int port = server.port();
        server.close();
        names.add("inside.images.test", CLOSED);

        assertThat(List.of(
                        refusal("https://inside.images.test:" + port + "/", server),
                        refusal("https://unknown.images.test:" + port + "/", server),
                        refusal("https://10.0.0.1:" + port + "/", server),
                        refusal("https://images.test:" + port + "/", server)))
                .extracting(EgressException::getMessage)
                .containsOnly(EgressException.unreachable().getMessage());
    }

    private WebServer publicServer(WebServer.Site site) throws IOException {
        names.add("images.test", PUBLIC);
        return server(PUBLIC, 0, site);
    }

    private WebServer server(String address, int port, WebServer.Site site) throws IOException {
        try {
            var server = new WebServer(InetAddress.ofLiteral(address), port, site);
            servers.add(server);
            return server;
        } catch (BindException elsewhere) {
            assumeTrue(false, "this machine has no loopback address " + address + ", or port " + port + " is taken");
            throw elsewhere;
        }
    }

    private static EgressSettings opened(int port) {
        return new EgressSettings(List.of(Cidr.parse(PUBLIC + "/32")), Set.of(443, port));
    }

    private Egress egress(int port) {
        return new Egress(opened(port), names, WebServer::trust);
    }

    private byte[] fetch(int port, String target) throws EgressException {
        return egress(port).fetch("https://images.test:" + port + target, new FetchLimits(MOST_BYTES, LONG));
    }

    private byte[] fetch(String url, WebServer server) throws EgressException {
        return egress(server.port()).fetch(url, new FetchLimits(MOST_BYTES, LONG));
    }

    private EgressException refusal(int port, String target) {
        return catchThrowableOfType(EgressException.class, () -> fetch(port, target));
    }

    private EgressException refusal(String url, WebServer server) {
        return catchThrowableOfType(EgressException.class, () -> fetch(url, server));
    }

    private static long allocatedBytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }
}
