package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.turnpike.fake.WebServer;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.tool.Calls;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tools behind an HTTP endpoint, over real TLS on this machine.
@Timeout(120)
class HttpToolTest {
    private static final String GET =
            "'method':'GET','effect':'read_only','url':'https://images.test:{port}/things/{id}?q={q}'";
    private static final String POST = "'method':'POST','url':'https://images.test:{port}/things/{id}'";
    private static final String SECRET = ",'secret':'arn:aws:secret'";
    private static final String ARGUMENTS = "{\"id\":\"a/b\",\"q\":\"x y\",\"n\":3}";

    private static String call(Tool<String> tool) throws ToolException {
        return tool.call(ARGUMENTS, Calls.CONTEXT);
    }

    private static ToolException refusal(Tool<String> tool) {
        return catchThrowableOfType(ToolException.class, () -> call(tool));
    }

    private static ToolSite saying(int status, String type, String body) throws IOException {
        return new ToolSite((_, out) -> out.write(WebServer.answer(status, type, body)));
    }

    @Test
    void aGetHasTheOtherArgumentsInItsQuery() throws Exception {
        try (ToolSite site = saying(200, "application/json", "{\"found\":1}")) {
            assertThat(call(site.tool(GET))).isEqualTo("{\"found\":1}");

            assertThat(site.outside.requests().getFirst())
                    .startsWith("GET /things/a%2Fb?q=x%20y&n=3 HTTP/1.1\r\nHost: images.test:" + site.outside.port())
                    .doesNotContain("Idempotency-Key", "Authorization");
        }
    }

    @Test
    void aPostHasThemInItsBodyAndARepeatableOneTheCallsKey() throws Exception {
        try (ToolSite site = saying(201, "text/plain; charset=iso-8859-1", "")) {
            assertThat(call(site.tool(POST + ",'effect':'repeatable','headers':{'X-Team':'a'}" + SECRET)))
                    .isEqualTo("Done, status 201.");

            assertThat(site.outside.bodies()).containsExactly("{\"q\":\"x y\",\"n\":3}");
            assertThat(site.outside.requests().getFirst())
                    .contains(
                            "Idempotency-Key: " + Calls.CONTEXT.idempotencyKey() + "\r\n",
                            "Content-Type: application/json\r\n",
                            "X-Team: a\r\n",
                            "Authorization: Bearer " + ToolSite.SECRET + "\r\n");
        }
    }

    @Test
    void aRotatedSecretIsReadAgainAndNoSecretIsShown() throws Exception {
        var keys = new ProviderKey() {
            private String value = "old-secret";

            @Override
            public String get() {
                return value;
            }

            @Override
            public boolean renewed(String refused) {
                value = "new-secret";
                return true;
            }
        };
        var asked = new AtomicInteger();
        try (ToolSite site = new ToolSite((_, out) -> out.write(
                asked.getAndIncrement() == 0
                        ? WebServer.answer(401, "text/plain", "no")
                        : WebServer.answer(200, "text/plain", "you sent Bearer new-secret")))) {
            assertThat(call(site.tool(GET + SECRET, keys))).isEqualTo("you sent Bearer [hidden]");
            assertThat(site.outside.requests().getLast()).contains("Bearer new-secret");
        }
    }

    @Test
    void whatAServerRefusesIsShownAndWhatItFailsAtIsNot() throws Exception {
        try (ToolSite site = saying(422, "application/json", "{\"n\":\"must be even\"}")) {
            ToolException refused = refusal(site.tool(POST));
            assertThat(refused).hasMessage("its server refused with status 422: {\"n\":\"must be even\"}");
            assertThat(refused.isOutcomeUnknown()).isFalse();
        }
        try (ToolSite site = saying(503, "text/plain", "db7.internal is down")) {
            ToolException failed = refusal(site.tool(POST));
            assertThat(failed).hasMessageContaining("503").hasMessageNotContaining("internal");
            assertThat(failed.isOutcomeUnknown()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"image/png, false", "application/octet-stream, false", "text/html, true", "application/hal+json, true"})
    void onlyTextAndJsonAreShown(String type, boolean shown) throws Exception {
        try (ToolSite site = saying(200, type, "abc")) {
            if (shown) {
                assertThat(call(site.tool(GET))).isEqualTo("abc");
            } else {
                assertThat(refusal(site.tool(GET)))
                        .hasMessageContaining(type)
                        .hasMessageContaining("neither text nor JSON");
            }
        }
    }

    @Test
    void aPreviewShowsWhatWouldBeSentAndSendsNothing() throws Exception {
        try (ToolSite site = saying(200, "text/plain", "")) {
            assertThat(site.tool(POST + SECRET).preview(ARGUMENTS, Calls.CONTEXT))
                    .isEqualTo("Would send POST " + site.url("/things/a%2Fb") + "\n{\"q\":\"x y\",\"n\":3}");
            assertThat(site.outside.connections()).isZero();
        }
    }

    @Test
    void aPostIsRedirectedNowhere() throws Exception {
        try (ToolSite site = new ToolSite((_, out) -> out.write(WebServer.redirect("/elsewhere")))) {
            assertThat(refusal(site.tool(POST))).hasMessageContaining("redirects");
            assertThat(site.outside.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("row 17: a call that may have had its effect is an unknown outcome, one that was not begun is not")
    void whatMayHaveHappenedIsNotKnown() throws Exception {
        try (ToolSite site = new ToolSite((_, out) -> out.write("HTTP/1.1 200 OK\r\nContent-".getBytes(US_ASCII)))) {
            assertThat(refusal(site.tool(POST)).isOutcomeUnknown()).isTrue();
            ToolRegistry registry = ToolRegistry.of(List.of(site.tool(POST)));
            assertThat(registry.run("find", ARGUMENTS, Calls.CONTEXT))
                    .isInstanceOfSatisfying(ToolOutcome.Failed.class, failed -> {
                        assertThat(failed.reason()).isEqualTo(ToolOutcome.Reason.BROKEN);
                        assertThat(failed.cause()).isNotNull();
                    });
            assertThat(refusal(site.tool(POST.replace("images.test", "unknown.test")))
                            .isOutcomeUnknown())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @DisplayName("row 32: an http tool whose URL leads inside dials nobody, however its host is written")
    @ValueSource(
            strings = {
                "169.254.169.254",
                "[::ffff:127.0.0.1]:{port}",
                "[::ffff:7f00:1]:{port}",
                "2130706433:{port}",
                "127.1:{port}",
                "0177.0.0.1:{port}",
                "0x7f000001:{port}",
                "[fd00:ec2::254]",
                "[64:ff9b::a9fe:a9fe]",
                "[64:ff9b::7f00:1]:{port}",
                "localhost.:{port}",
                "localhost:{port}",
                "127.0.0.1:{port}",
                "[::1]:{port}",
                "inside.images.test:{port}",
                "both.images.test:{port}"
            })
    void whatLeadsInsideIsNotDialled(String host) throws Exception {
        try (ToolSite site = closedNames(saying(200, "text/plain", "outside"))) {
            ToolException refused = refusal(site.tool("'method':'GET','url':'https://" + host + "/{id}'"));

            assertThat(refused.isOutcomeUnknown()).isFalse();
            assertThat(refused).hasMessageNotContaining("127.0.0").hasMessageNotContaining("169.254");
            assertThat(site.outside.connections() + site.inside.connections()).isZero();
        }
    }

    @ParameterizedTest
    @DisplayName("rows 32 and 33: a redirect of an http tool is followed nowhere where its URL would not lead")
    @ValueSource(
            strings = {
                "https://169.254.169.254/latest/meta-data/",
                "https://127.0.0.1:{port}/",
                "//localhost:{port}/",
                "https://[::ffff:127.0.0.1]:{port}/",
                "https://inside.images.test:{port}/",
                "https://2130706433:{port}/",
                "http://127.0.0.1:{port}/",
                "https://u:p@images.test:{port}/",
                "file:///etc/passwd",
                "jar:https://images.test:{port}/a.jar!/b"
            })
    void aRedirectInsideIsNotFollowed(String location) throws Exception {
        var port = new AtomicInteger();
        try (ToolSite site = closedNames(new ToolSite(
                (_, out) -> out.write(WebServer.redirect(location.replace("{port}", "" + port.get())))))) {
            port.set(site.outside.port());

            var _ = refusal(site.tool(GET));

            assertThat(site.outside.connections()).isEqualTo(1);
            assertThat(site.inside.connections()).isZero();
        }
    }

    @Test
    @DisplayName("row 32: a name that leads inside a moment later gains nothing with an http tool")
    void aNameThatFlipsGainsNothing() throws Exception {
        try (ToolSite site = saying(200, "text/plain", "outside")) {
            site.name("flip.images.test", ToolSite.OPEN).name("flip.images.test", ToolSite.CLOSED);
            Tool<String> tool = site.tool(GET.replace("images.test", "flip.images.test"));

            assertThat(call(tool)).isEqualTo("outside");
            assertThat(refusal(tool).isOutcomeUnknown()).isFalse();
            assertThat(site.inside.connections()).isZero();
        }
    }

    private static ToolSite closedNames(ToolSite site) {
        return site.name("localhost", ToolSite.CLOSED)
                .name("inside.images.test", ToolSite.CLOSED)
                .name("both.images.test", ToolSite.OPEN, ToolSite.CLOSED);
    }

    @Test
    @DisplayName("row 33: thirty redirects of an http tool end at the fifth")
    void redirectsAreBounded() throws Exception {
        try (ToolSite site = new ToolSite((_, out) -> out.write(WebServer.redirect("/again")))) {
            assertThat(refusal(site.tool(GET))).hasMessageContaining("redirects more than 5 times");
            assertThat(site.outside.requests()).hasSize(6);
        }
    }

    @ParameterizedTest
    @DisplayName("row 33: of five gigabytes an http tool takes the beginning, and memory stays flat")
    @ValueSource(
            strings = {"Content-Length: 5368709120\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n140000000\r\n", "\r\n"})
    void fiveGigabytesAreCut(String head) throws Exception {
        try (ToolSite site = new ToolSite((_, out) -> endless(head, out))) {
            long before = allocatedBytes();

            assertThat(call(site.tool(GET))).startsWith("aaaa").contains("[Cut:");

            assertThat(allocatedBytes() - before).isLessThan(20_000_000);
            assertThat(site.outside.sentBytes()).isLessThan(30_000_000);
        }
    }

    private static void endless(String head, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + head).getBytes(US_ASCII));
        byte[] piece = "a".repeat(16_000).getBytes(US_ASCII);
        for (long sent = 0; sent < 5L << 30; sent += piece.length) {
            out.write(piece);
        }
    }

    private static long allocatedBytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }

    @ParameterizedTest
    @DisplayName("row 33: a bomb of gzip is not unpacked for an http tool")
    @ValueSource(strings = {"Content-Encoding", "Transfer-Encoding"})
    void aBombIsNotUnpacked(String header) throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[10_000_000]);
        }
        try (ToolSite site = new ToolSite((_, out) -> {
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + header + ": gzip\r\n\r\n")
                    .getBytes(ISO_8859_1));
            out.write(packed.toByteArray());
        })) {
            assertThat(refusal(site.tool(GET))).hasMessageContaining("gave no answer");
        }
    }

    @Test
    @DisplayName("row 33: a body that comes byte by byte ends with the tool's time")
    void aSlowBodyIsGivenUp() throws Exception {
        try (ToolSite site = new ToolSite((_, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n".getBytes(US_ASCII));
            for (int i = 0; i < 1_000; i++) {
                out.write('a');
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        })) {
            long start = System.nanoTime();

            ToolException late = refusal(site.tool(GET + ",'timeout_seconds':4"));

            assertThat(late).hasMessageContaining("within 4 seconds");
            assertThat(late.isOutcomeUnknown()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }
}
