package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.ApiKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Whatever is shown as a key, the answer is one of the contract's, and nothing of it is kept or told.
///
/// `-Dturnpike.seed=…` tries others.
class CredentialFuzzTest {
    private static final long SEED = Long.getLong("turnpike.seed", 20_261_128);
    private static final int HEADERS = 10_000;
    /// The public part of a key, which may be told, has fewer characters.
    private static final int LEAST_TOLD = 13;
    private static final List<String> ODD = List.of(
            "\n",
            "\r\n",
            "\u0000",
            "' OR '1'='1",
            "\"; DROP TABLE keys; --",
            "é",
            "\ud83d",
            "𝓉",
            "%00",
            "{{7*7}}",
            "../",
            "\t",
            " ",
            ",",
            "Bearer ",
            "#",
            "\u2028",
            "${jndi:ldap://x}");
    private static final List<String> ROUTES =
            List.of("POST /v1/responses", "GET /v1/models", "POST /v1/organization/api_keys", "DELETE /v1/responses/r");

    private final Random random = new Random(SEED);
    private final ApiKeys maker = new ApiKeys("dev");
    private final Bench bench = new Bench();
    private final String good = bench.keyOf("tenant-1").substring("Bearer ".length());

    @Test
    @Timeout(120)
    @DisplayName("Row 8: 10,000 odd credentials are answered 400 or 401, and nothing of them is kept or logged")
    void oddCredentialsAreRefusedAndForgotten() throws IOException {
        String before = bench.access.keys.stored.toString();
        var answers = new TreeMap<Integer, Integer>();
        for (int i = 0; i < HEADERS; i++) {
            String shown = credential();
            Answer answer = bench.handle(event(shown, i));
            assertThat(answer.status())
                    .as("seed %d, number %d: %s", SEED, i, shown)
                    .isIn(400, 401);
            assertThat(answer.error().path("message").asString()).isNotBlank();
            assertNothingTold(shown, answer);
            answers.merge(answer.status(), 1, Integer::sum);
        }
        System.out.printf("seed %d, %d credentials: %s%n", SEED, HEADERS, answers);
        assertThat(bench.access.keys.stored.toString()).isEqualTo(before);
        assertThat(bench.access
                        .keys
                        .find(Bench.idOf(good), bench.work.clock.instant())
                        .orElseThrow()
                        .requests())
                .isZero();
        assertThat(answers.keySet()).containsExactly(400, 401);
        assertThat(bench.work.store.runs()).isEmpty();
    }

    /// Pieces of it, wherever they begin, are in no answer, log line or audit event.
    private void assertNothingTold(String shown, Answer answer) {
        String audited = bench.access.audit.events.toString();
        bench.access.audit.events.clear();
        String told = answer.prelude() + answer.body() + bench.context.logged + audited;
        for (int from = 0; from + LEAST_TOLD <= Math.min(shown.length(), 200); from++) {
            String piece = shown.substring(from, from + LEAST_TOLD);
            assertThat(told).doesNotContain(piece);
        }
    }

    private String event(String shown, int number) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        String[] route = ROUTES.get(random.nextInt(ROUTES.size())).split(" ", 2);
        event.put("httpMethod", route[0]).put("path", route[1]).put("body", "{}");
        // Each from elsewhere, for too many from one address would not be looked at.
        event.putObject("requestContext")
                .putObject("identity")
                .put("sourceIp", "10.%d.%d.1".formatted(number / 250, number % 250));
        ObjectNode headers = event.putObject("headers");
        switch (random.nextInt(10)) {
            case 0 -> headers.put("x-api-key", shown);
            case 1 -> headers.put("Authorization", "Bearer " + good).put("X-Api-Key", shown.strip() + "x");
            case 2 -> {
                headers.put("authorization", shown);
                event.putObject("multiValueHeaders")
                        .putArray("authorization")
                        .add("Bearer " + good)
                        .add(shown);
            }
            case 3 -> headers.put(random.nextBoolean() ? "AUTHORIZATION" : "authorization", shown);
            default -> headers.put("Authorization", "Bearer " + shown);
        }
        return event.toString();
    }

    /// None of them is good.
    private String credential() {
        return switch (random.nextInt(8)) {
            case 0 -> maker.create().text();
            case 1 -> maker.renew(Bench.idOf(good)).text();
            case 2 -> flipped(good);
            case 3 -> good.substring(0, 1 + random.nextInt(good.length() - 1));
            case 4 -> with(ODD.get(random.nextInt(ODD.size())));
            case 5 -> good.repeat(2 + random.nextInt(150));
            case 6 -> anything();
            default -> good.toUpperCase(Locale.ROOT);
        };
    }

    private static String flipped(String text) {
        int at = text.length() / 2;
        return text.substring(0, at) + (text.charAt(at) == 'a' ? 'b' : 'a') + text.substring(at + 1);
    }

    /// Inside, where spaces do not go away.
    private String with(String odd) {
        int at = 1 + random.nextInt(good.length() - 1);
        return good.substring(0, at) + odd + good.substring(at);
    }

    private String anything() {
        int[] points = random.ints(1 + random.nextInt(200), 1, 0x10ffff)
                .filter(point -> point < 0xd800 || point > 0xdfff)
                .toArray();
        return "#" + new String(points, 0, points.length);
    }

    @Test
    @DisplayName("Row 8: keys of 10 KB, with a newline, NUL or SQL are refused without a look-up, by either header")
    void oddKeysAreNotLookedUp() throws IOException {
        for (String odd : List.of(
                "k".repeat(10_240), good + "\n", good + "\u0000", good + "' OR 1=1 --", "\n" + good, good + "é")) {
            for (String name : List.of("authorization", "x-api-key")) {
                ObjectNode event = JsonNodeFactory.instance.objectNode();
                event.put("httpMethod", "GET").put("path", "/v1/models");
                event.putObject("headers").put(name, name.startsWith("a") ? "Bearer " + odd : odd);
                assertThat(bench.handle(event.toString()).status()).isEqualTo(401);
            }
        }
        assertThat(bench.access.calls).doesNotContain("find key", "count key");
    }

    @Test
    void tooManyFromOneAddressAreNotLookedAtUntilTheMinuteEnds() throws IOException {
        List<Integer> statuses = Stream.generate(
                        () -> from("192.0.2.7", maker.create().text()))
                .limit(Bench.MOST_ATTEMPTS + 3)
                .toList();
        assertThat(statuses.subList(0, Bench.MOST_ATTEMPTS)).containsOnly(401);
        assertThat(statuses.subList(Bench.MOST_ATTEMPTS, statuses.size())).containsOnly(429);
        assertThat(from("192.0.2.7", good)).isEqualTo(429);
        assertThat(from("192.0.2.8", good)).isEqualTo(200);
        bench.work.clock.advance(Duration.ofMinutes(1));
        assertThat(from("192.0.2.7", good)).isEqualTo(200);
    }

    private int from(String address, String key) {
        try {
            return bench.serve(new HttpRequest(
                            "r", address, "GET", "/v1/models", Map.of("authorization", "Bearer " + key), Map.of(), ""))
                    .status();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
