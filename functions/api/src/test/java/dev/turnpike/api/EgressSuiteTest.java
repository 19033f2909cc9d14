package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.turnpike.fake.WebServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every address and trick that an image's URL may try, from the request to the answer. It prints what came of each.
///
/// Wherever a trick would work, it would reach a server inside that holds an image, and the answer would be 200.
class EgressSuiteTest {
    private static final String FAILED = "failed_to_download_image";
    private static final String BAD_URL = "invalid_image_url";
    private static final long FIVE_GIGABYTES = 5L * 1024 * 1024 * 1024;
    private static final List<String> TABLE = new ArrayList<>();

    /// What one case came to.
    ///
    /// @param outside connections to the public server, and so `inside`
    /// @param sentBytes by the public server
    /// @param allocatedBytes by everybody: the client, the server, the engine
    private record Row(
            String row,
            String trick,
            Answer answer,
            int outside,
            int inside,
            long sentBytes,
            long allocatedBytes,
            long millis) {
        @Override
        public String toString() {
            return "%-3s %-46s %3d %-26s %7d %6d %9d %9d %6d"
                    .formatted(
                            row,
                            trick,
                            answer.status(),
                            answer.status() == 200 ? "-" : answer.code(),
                            outside,
                            inside,
                            sentBytes / 1000,
                            allocatedBytes / 1000,
                            millis);
        }
    }

    @AfterAll
    static void print() {
        System.out.printf(
                "%-3s %-46s %3s %-26s %7s %6s %9s %9s %6s%n",
                "row", "image_url ({port}: of both servers)", "", "", "outside", "inside", "sent kB", "alloc kB", "ms");
        TABLE.stream().sorted().forEach(System.out::println);
    }

    @ParameterizedTest
    @DisplayName("row 32: whatever leads inside is refused before anybody is dialled")
    @ValueSource(
            strings = {
                "https://169.254.169.254/latest/meta-data/",
                "https://169.254.170.2/v2/credentials",
                "https://127.0.0.1:{port}/",
                "https://[::1]:{port}/",
                "https://[::ffff:127.0.0.1]:{port}/",
                "https://[::ffff:7f00:1]:{port}/",
                "https://[::127.0.0.1]:{port}/",
                "https://[fd00:ec2::254]/",
                "https://[fe80::1]/",
                "https://[64:ff9b::a9fe:a9fe]/",
                "https://[64:ff9b::7f00:1]:{port}/",
                "https://[64:ff9b:1::7f00:1]:{port}/",
                "https://[2002:7f00:1::]:{port}/",
                "https://[2001:0:7f00:1::]:{port}/",
                "https://0.0.0.0:{port}/",
                "https://10.0.0.1/",
                "https://100.100.100.200/",
                "https://172.16.0.1/",
                "https://192.168.0.1/",
                "https://168.63.129.16/",
                "https://localhost:{port}/",
                "https://localhost.:{port}/",
                "https://LocalHost:{port}/",
                "https://１２７.０.０.１:{port}/",
                "https://inside.images.test:{port}/",
                "https://both.images.test:{port}/",
                "https://unknown.images.test:{port}/"
            })
    void whatLeadsInsideIsNotDialled(String url) throws IOException {
        try (LinkedSite site = site((_, out) -> out.write(WebServer.ok(LinkedSite.PNG)))) {
            Row row = tried("32", url, site);

            assertRefused(row, FAILED);
            assertThat(row.outside + row.inside).isZero();
        }
    }

    @ParameterizedTest
    @DisplayName("rows 32 and 33: an odd address, another scheme, a login, another port: refused by its text")
    @ValueSource(
            strings = {
                "https://2130706433:{port}/",
                "https://127.1:{port}/",
                "https://0177.0.0.1:{port}/",
                "https://0x7f.0.0.1:{port}/",
                "https://0x7f000001:{port}/",
                "https://017700000001:{port}/",
                "https://[::1%25lo]:{port}/",
                "https://user:pass@images.test:{port}/",
                "https://images.test@127.0.0.1:{port}/",
                "https://images.test\\@127.0.0.1:{port}/",
                "https://images.test:22/",
                "http://127.0.0.1:{port}/",
                "file:///etc/passwd",
                "jar:https://images.test:{port}/a.jar!/b",
                "ftp://images.test/",
                "gopher://127.0.0.1:{port}/"
            })
    void whatIsNoPlainHttpsUrlIsRefused(String url) throws IOException {
        try (LinkedSite site = site((_, out) -> out.write(WebServer.ok(LinkedSite.PNG)))) {
            Row row = tried(url.contains("127") || url.contains("0x") || url.contains("21") ? "32" : "33", url, site);

            assertRefused(row, BAD_URL);
            assertThat(row.outside + row.inside).isZero();
        }
    }

    @ParameterizedTest
    @DisplayName("rows 32 and 33: a redirect is followed nowhere where its URL would not be")
    @CsvSource({
        "https://169.254.169.254/latest/meta-data/, failed_to_download_image",
        "https://127.0.0.1:{port}/, failed_to_download_image",
        "//localhost:{port}/, failed_to_download_image",
        "https://[::ffff:127.0.0.1]:{port}/, failed_to_download_image",
        "https://inside.images.test:{port}/, failed_to_download_image",
        "https://2130706433:{port}/, invalid_image_url",
        "https://127.1:{port}/, invalid_image_url",
        "http://127.0.0.1:{port}/, invalid_image_url",
        "https://u:p@images.test:{port}/, invalid_image_url",
        "file:///etc/passwd, invalid_image_url",
        "jar:https://images.test:{port}/a.jar!/b, invalid_image_url"
    })
    void aRedirectInsideIsNotFollowed(String location, String code) throws IOException {
        var port = new int[1];
        try (LinkedSite site =
                site((_, out) -> out.write(WebServer.redirect(location.replace("{port}", "" + port[0]))))) {
            port[0] = site.outside.port();
            Row row = tried("32", "-> " + location, "https://images.test:{port}/", site);

            assertRefused(row, code);
            assertThat(row.outside).isEqualTo(1);
            assertThat(row.inside).isZero();
        }
    }

    @Test
    @DisplayName("row 32: a name that leads inside a moment later leads outside all the same, and then nowhere")
    void aNameThatFlipsGainsNothing() throws IOException {
        try (LinkedSite site = site((_, out) -> out.write(WebServer.ok(LinkedSite.PNG)))) {
            site.name("flip.images.test", LinkedSite.OPEN).name("flip.images.test", LinkedSite.CLOSED);

            Row first = tried("32", "a name that flips", "https://flip.images.test:{port}/", site);
            Row then = tried("32", "the same a moment later", "https://flip.images.test:{port}/", site);

            assertThat(first.answer.status()).isEqualTo(200);
            assertThat(first.outside).isEqualTo(1);
            assertRefused(then, FAILED);
            assertThat(then.outside).isEqualTo(1);
            assertThat(then.inside).isZero();
        }
    }

    @Test
    @DisplayName("row 32: a name that flips between two hops is checked again at the second")
    void aNameThatFlipsBetweenHopsIsCheckedAgain() throws IOException {
        try (LinkedSite site = site((_, out) -> out.write(WebServer.redirect("/again")))) {
            site.name("flip.images.test", LinkedSite.OPEN).name("flip.images.test", LinkedSite.CLOSED);

            Row row = tried("32", "a name that flips between hops", "https://flip.images.test:{port}/", site);

            assertRefused(row, FAILED);
            assertThat(row.outside).isEqualTo(1);
            assertThat(row.inside).isZero();
        }
    }

    @Test
    @DisplayName("row 33: thirty redirects end at the fifth")
    void redirectsAreBounded() throws IOException {
        try (LinkedSite site = site((target, out) -> {
            int left = Integer.parseInt(target.substring(1));
            out.write(left == 0 ? WebServer.ok(LinkedSite.PNG) : WebServer.redirect("/" + (left - 1)));
        })) {
            Row row = tried("33", "30 redirects", "https://images.test:{port}/30", site);

            assertRefused(row, FAILED);
            assertThat(row.outside).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @DisplayName("row 33: five gigabytes are cut off, and memory stays flat")
    @ValueSource(
            strings = {"Content-Length: 5368709120\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n140000000\r\n", "\r\n"})
    void fiveGigabytesAreCutOff(String head) throws IOException {
        try (LinkedSite site = site((_, out) -> endless(head, out))) {
            Row row = tried(
                    "33",
                    "5 GB, " + (head.isBlank() ? "no length" : head.strip().replaceAll("\\s+", " ")),
                    "https://images.test:{port}/",
                    site);

            assertRefused(row, "image_file_too_large");
            assertThat(row.sentBytes).isLessThan(30_000_000);
            assertThat(row.allocatedBytes).isLessThan(150_000_000);
        }
    }

    private static void endless(String head, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\n" + head).getBytes(US_ASCII));
        var piece = new byte[16_000];
        for (long sent = 0; sent < FIVE_GIGABYTES; sent += piece.length) {
            out.write(piece);
        }
    }

    @ParameterizedTest
    @DisplayName("row 33: a bomb of gzip is not unpacked")
    @ValueSource(strings = {"Content-Encoding", "Transfer-Encoding"})
    void aBombIsNotUnpacked(String header) throws IOException {
        byte[] bomb = bomb();
        try (LinkedSite site = site((_, out) -> {
            out.write(("HTTP/1.1 200 OK\r\n" + header + ": gzip\r\n\r\n").getBytes(US_ASCII));
            out.write(bomb);
        })) {
            Row row = tried("33", "a bomb, " + header + ": gzip", "https://images.test:{port}/", site);

            assertRefused(row, FAILED);
            assertThat(row.allocatedBytes).isLessThan(150_000_000);
        }
    }

    /// A gigabyte in a megabyte.
    private static byte[] bomb() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            var zeros = new byte[1_000_000];
            for (int i = 0; i < 1_000; i++) {
                gzip.write(zeros);
            }
        }
        return packed.toByteArray();
    }

    @Test
    @DisplayName("row 33: a body that comes byte by byte ends with the time")
    void aSlowBodyIsGivenUp() throws IOException {
        try (LinkedSite site = site((_, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".getBytes(US_ASCII));
            for (int i = 0; i < 1_000; i++) {
                out.write('a');
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        })) {
            Row row = tried("33", "a byte per 100 ms", "https://images.test:{port}/", site);

            assertRefused(row, FAILED);
            assertThat(row.answer.message()).contains("within 5 seconds");
            assertThat(row.millis).isBetween(4_900L, 30_000L);
        }
    }

    private static LinkedSite site(WebServer.Site answers) throws IOException {
        return new LinkedSite(answers)
                .name("localhost", LinkedSite.CLOSED)
                .name("inside.images.test", LinkedSite.CLOSED)
                .name("both.images.test", LinkedSite.OPEN, LinkedSite.CLOSED);
    }

    /// The answer shows no address and no model is asked.
    private static void assertRefused(Row row, String code) {
        assertThat(row.answer.status()).as(row.answer.body()).isEqualTo(400);
        assertThat(row.answer.code()).isEqualTo(code);
        assertThat(row.answer.error().path("param").asString()).isEqualTo("input[0].content[0].image_url");
        assertThat(row.answer.message())
                .doesNotContain("127.0.0", "169.254", "meta-data", "localhost", "images.test", "passwd");
    }

    private static Row tried(String row, String url, LinkedSite site) throws IOException {
        return tried(row, url, url, site);
    }

    private static Row tried(String row, String trick, String url, LinkedSite site) throws IOException {
        Bench bench = site.bench();
        var body = Bench.MAPPER.createObjectNode().put("model", "gpt-4o");
        body.putArray("input")
                .addObject()
                .put("role", "user")
                .putArray("content")
                .addObject()
                .put("type", "input_image")
                .put("image_url", url.replace("{port}", "" + site.outside.port()));
        long sent = site.outside.sentBytes();
        long allocated = allocatedBytes();
        long start = System.nanoTime();
        Answer answer = bench.create(body.toString());
        var tried = new Row(
                row,
                trick,
                answer,
                site.outside.connections(),
                site.inside.connections(),
                site.outside.sentBytes() - sent,
                allocatedBytes() - allocated,
                (System.nanoTime() - start) / 1_000_000);
        assertThat(bench.work.model.requests()).hasSize(answer.status() == 200 ? 1 : 0);
        synchronized (TABLE) {
            TABLE.add(tried.toString());
        }
        return tried;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
