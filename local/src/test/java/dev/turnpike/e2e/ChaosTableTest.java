package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.canary.Canaries;
import dev.turnpike.e2e.Books.Row;
import dev.turnpike.e2e.ChaosAnswer.Piece;
import dev.turnpike.e2e.ChaosModel.Behaviour;
import dev.turnpike.e2e.ChaosModel.Met;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import tools.jackson.databind.JsonNode;

/// Everything that a provider can do to a call, one by one, through the whole product: what the caller gets, how often
/// the provider was asked, how long it took, and what the ledger says beside the provider's own books.
@Timeout(150)
class ChaosTableTest {
    private static final int AT_ONCE = 12;
    private static final Map<String, String> LIMITS =
            Map.of("TIMEOUT", "3", "IDLE_TIMEOUT", "3", "TOTAL_TIMEOUT", "6", "MAX_RETRIES", "1");
    /// Of the places in an answer where it can be cut.
    private static final int EVERY_BYTES = 173;

    private static final Set<String> LASTING = Set.of(
            "failed upstream_auth",
            "failed context_length_exceeded",
            "failed model_not_found",
            "failed upstream_rejected");

    private static final String ROTATED_KEY = "rotated-" + Canaries.PROVIDER_KEY;
    private static final Duration UNTIL_READ = Duration.ofMillis(300);

    private enum Way {
        WHOLE,
        STREAM,
        BACKGROUND
    }

    /// @param ends what a run may end in, each as a status and an error's code, where there is one
    private record Fault(String name, Way way, Behaviour behaviour, List<String> ends) {
        /// A response's own error has one code for all that is not the caller's.
        List<String> endsOnTheWire() {
            return way == Way.WHOLE
                    ? ends
                    : ends.stream()
                            .map(end -> end.contains("rate_limit")
                                    ? end
                                    : end.replaceFirst("failed .*", "failed server_error"))
                            .toList();
        }

        /// Whether no other call could do better.
        boolean lasts() {
            return ends.stream().allMatch(LASTING::contains);
        }

        String model() {
            return name.replace(' ', '-') + "-" + way.name().toLowerCase(Locale.ROOT);
        }
    }

    private record Ended(Fault fault, String end, String text, Duration time) {}

    private final List<Fault> faults = new ArrayList<>();

    @Test
    @DisplayName("Rows 19, 20, 21, 22, 23, 25, 45: each fault of a provider has its end, and the ledger its tokens")
    void eachFaultHasItsEndAndTheLedgerItsTokens() throws Exception {
        cuts();
        stalls();
        List<Fault> slow = List.copyOf(faults);
        notAnAnswer();
        refusals();
        passing();
        List<Fault> quick = faults.subList(slow.size(), faults.size());
        try (var model = new ChaosModel();
                var stack = Stack.start(StackOptions.defaults()
                        .withEnvironments(AT_ONCE)
                        .withEnvironment(LIMITS)
                        .withEnvironment(
                                Map.of("OPENAI_BASE_URL", model.baseUrl().toString())));
                var endpoint = new Endpoint(stack);
                var books = new Books(stack)) {
            faults.forEach(fault -> model.let(fault.model(), fault.behaviour()));
            List<Ended> ended = new ArrayList<>(runAll(slow, endpoint));
            ended.add(run(rotated(model, stack.cloud()), endpoint));
            ended.addAll(runAll(quick, endpoint));
            List<Row> ledger =
                    Books.of(books.everything().stream().map(Row::new).toList(), "L#");

            System.out.print(table(ended, model, ledger));
            assertThat(ended).allSatisfy(each -> {
                assertThat(each.end).as(each.fault.model()).isIn(each.fault.endsOnTheWire());
                assertThat(each.text)
                        .as(each.fault.model())
                        .satisfiesAnyOf(
                                _ -> assertThat(each.end).isNotEqualTo("completed"),
                                text -> assertThat(text).isEqualTo(ChaosModel.TEXT));
                ledgerAgrees(each.fault, model.met(each.fault.model()), of(ledger, each.fault));
            });
        }
    }

    private void each(String name, Behaviour behaviour, String... ends) {
        for (Way way : Way.values()) {
            faults.add(new Fault(name, way, behaviour, List.of(ends)));
        }
    }

    /// What goes wrong once. Who waits may have been shown a part of it, and then it is over.
    private void once(String name, Behaviour behaviour, String... endsInFront) {
        for (Way way : Way.values()) {
            List<String> ends = new ArrayList<>(List.of("completed"));
            if (way != Way.BACKGROUND) {
                ends.addAll(List.of(endsInFront));
            }
            faults.add(new Fault(
                    name,
                    way,
                    exchange -> {
                        if (exchange.isFirst()) {
                            behaviour.answer(exchange);
                        } else {
                            exchange.wholeAnswer();
                        }
                    },
                    ends));
        }
    }

    /// Row 19. With RST, what was sent with it may be lost, so the usage is not among it.
    private void cuts() {
        for (int i = 0; i * EVERY_BYTES < 2_000; i++) {
            int bytes = 1 + i * EVERY_BYTES;
            once(
                    "fin at " + bytes,
                    exchange -> {
                        exchange.answerUpTo(bytes);
                        exchange.hangUp();
                    },
                    "failed upstream_connection");
            once(
                    "rst at " + bytes,
                    exchange -> {
                        int beforeUsage = exchange.recording().stream()
                                .takeWhile(piece -> !piece.usage())
                                .mapToInt(ChaosTableTest::size)
                                .sum();
                        exchange.answerUpTo(Math.min(bytes, beforeUsage - 1));
                        exchange.isAloneAfter(UNTIL_READ);
                        exchange.reset();
                    },
                    "failed upstream_connection");
        }
    }

    private static int size(Piece piece) {
        return piece.bytes().length;
    }

    /// Rows 20 and 21.
    private void stalls() {
        each(
                "silence after headers",
                exchange -> {
                    exchange.begin();
                    exchange.waitForTheEnd();
                },
                "failed upstream_timeout");
        each("a byte per 300 ms", exchange -> exchange.drip(Duration.ofMillis(300)), "failed upstream_timeout");
        each(
                "comments only",
                exchange -> {
                    exchange.begin();
                    while (!exchange.isAloneAfter(Duration.ofMillis(300))) {
                        exchange.raw(": still there\n\n");
                    }
                },
                "failed upstream_timeout");
        each(
                "never ending",
                exchange -> {
                    exchange.begin();
                    while (true) {
                        exchange.word(" and on and on".repeat(200));
                    }
                },
                "incomplete");
    }

    /// Rows 23 and 25.
    private void notAnAnswer() {
        each(
                "html",
                exchange -> exchange.status(
                        200,
                        Map.of("Content-Type", "text/html"),
                        "<html><body>" + Canaries.PROVIDER_TEXT + "</body></html>"),
                "failed upstream_unreadable");
        each(
                "json error in stream",
                exchange -> {
                    exchange.begin();
                    exchange.word(" The");
                    exchange.raw("data: {\"error\":{\"message\":\"" + Canaries.PROVIDER_TEXT
                            + "\",\"type\":\"server_error\"}}\n\n");
                    // Otherwise the client may lose with the connection what it has not read yet.
                    exchange.isAloneAfter(UNTIL_READ);
                    exchange.hangUp();
                },
                "failed upstream_error");
        each(
                "error event",
                exchange -> {
                    exchange.begin();
                    exchange.raw("event: error\ndata: {\"message\":\"" + Canaries.PROVIDER_TEXT + "\"}\n\n");
                    exchange.isAloneAfter(UNTIL_READ);
                    exchange.hangUp();
                },
                "failed upstream_error");
    }

    /// Rows 23 and 45: no retry helps, so none is made.
    private void refusals() {
        each("401", refusal(401, "invalid_api_key"), "failed upstream_auth");
        each("400 too long", refusal(400, "context_length_exceeded"), "failed context_length_exceeded");
        each("413", refusal(413, "too_large"), "failed context_length_exceeded");
        each("404 model", refusal(404, "model_not_found"), "failed model_not_found");
        each("400", refusal(400, "invalid_value"), "failed upstream_rejected");
    }

    /// A key that was changed in its secret serves without a deployment. Before the other refusals, after which the
    /// secret is not read again for some seconds.
    private static Fault rotated(ChaosModel model, Cloud cloud) {
        try (SecretsManagerClient secrets = cloud.secretsClient()) {
            secrets.putSecretValue(put -> put.secretId("turnpike-provider").secretString(ROTATED_KEY));
        }
        var fault = new Fault(
                "401 rotated",
                Way.WHOLE,
                exchange -> {
                    if (exchange.authorization.endsWith(ROTATED_KEY)) {
                        exchange.wholeAnswer();
                    } else {
                        refusal(401, "invalid_api_key").answer(exchange);
                    }
                },
                List.of("completed"));
        model.let(fault.model(), fault.behaviour());
        return fault;
    }

    private static Behaviour refusal(int status, String code) {
        return exchange -> exchange.status(
                status,
                Map.of("Content-Type", "application/json", "x-request-id", Canaries.PROVIDER_HEADER),
                "{\"error\":{\"message\":\"%s, you sent %s\",\"code\":\"%s\"}}"
                        .formatted(Canaries.PROVIDER_TEXT, Canaries.PROVIDER_KEY, code));
    }

    /// Rows 22 and 23: over when it is asked again.
    private void passing() {
        for (int status : List.of(500, 502, 503, 529)) {
            once(status + " once", refusal(status, "server_error"));
        }
        limited("2", "Retry-After", "2");
        limited("ms", "retry-after-ms", "200");
        limited("garbage", "Retry-After", "soon");
        limited("date", "Retry-After", inTwoSeconds());
        for (Way way : List.of(Way.WHOLE, Way.STREAM)) {
            for (String wait : List.of("120", "99999")) {
                faults.add(new Fault(
                        "429 " + wait, way, tooMany("Retry-After", wait), List.of("failed rate_limit_exceeded")));
            }
        }
    }

    private void limited(String name, String header, String value) {
        once("429 " + name, tooMany(header, value));
    }

    private static Behaviour tooMany(String header, String value) {
        return exchange -> exchange.status(
                429, Map.of(header, value), "{\"error\":{\"message\":\"%s\"}}".formatted(Canaries.PROVIDER_TEXT));
    }

    private static String inTwoSeconds() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2));
    }

    private static List<Ended> runAll(List<Fault> some, Endpoint endpoint)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Ended>> running = some.stream()
                    .map(fault -> threads.submit(() -> run(fault, endpoint)))
                    .toList();
            List<Ended> ended = new ArrayList<>();
            for (Future<Ended> each : running) {
                ended.add(each.get());
            }
            return ended;
        }
    }

    private static Ended run(Fault fault, Endpoint endpoint) {
        long start = System.nanoTime();
        JsonNode last = lastOf(fault, endpoint);
        String code = last.path("error").path("code").asString("");
        String end = (last.path("status").asString("failed") + " " + code).strip();
        return new Ended(fault, end, Endpoint.text(last), Duration.ofNanos(System.nanoTime() - start));
    }

    /// The response as it ended, or the error that is the answer to a run that failed.
    private static JsonNode lastOf(Fault fault, Endpoint endpoint) {
        String body = """
            {"model": "%s", "background": %s, "stream": %s, "max_output_tokens": 200, "input": "Tell me a story."}
            """.formatted(fault.model(), fault.way() == Way.BACKGROUND, fault.way() == Way.STREAM);
        if (fault.way() == Way.STREAM) {
            return endpoint.stream(body, _ -> {}).stream()
                    .filter(event -> List.of("response.completed", "response.failed", "response.incomplete")
                            .contains(event.name()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(fault.model() + " has no end"))
                    .json()
                    .path("response");
        }
        HttpResponse<String> answer = endpoint.post(body);
        JsonNode json = Endpoint.MAPPER.readTree(answer.body());
        return fault.way() == Way.BACKGROUND ? endpoint.finished(json.path("id").asString()) : json;
    }

    /// What the provider said is in the ledger to the token; for the rest there is an estimate, which says so.
    private static void ledgerAgrees(Fault fault, List<Met> met, List<Row> rows) {
        List<Row> exact = rows.stream().filter(row -> !row.flag("estimated")).toList();
        List<Met> reported = met.stream().filter(Met::reported).toList();
        assertThat(sum(exact, "in"))
                .as(fault.model())
                .isEqualTo(reported.stream().mapToLong(Met::promptTokens).sum());
        assertThat(sum(exact, "out"))
                .as(fault.model())
                .isEqualTo(reported.stream().mapToLong(Met::writtenTokens).sum());
        assertThat(rows).as(fault.model()).hasSizeLessThanOrEqualTo(met.size());
        if (fault.lasts()) {
            // A refused key is read again once, and may be another by then.
            assertThat(met).as("calls of " + fault.model()).hasSizeBetween(1, fault.name.equals("401") ? 2 : 1);
            assertThat(rows).as(fault.model()).isEmpty();
        }
    }

    private static List<Row> of(List<Row> ledger, Fault fault) {
        return ledger.stream()
                .filter(row -> row.text("model").equals(fault.model()))
                .toList();
    }

    private static long sum(List<Row> rows, String number) {
        return rows.stream().mapToLong(row -> row.number(number)).sum();
    }

    private static String table(List<Ended> ended, ChaosModel model, List<Row> ledger) {
        String form = "%-24s %-10s %-34s %8s %8s %12s %12s %12s%n";
        var table = new StringBuilder(
                form.formatted("fault", "way", "end", "attempts", "ms", "ledger", "of it guess", "provider"));
        for (Ended each : ended) {
            List<Met> met = model.met(each.fault.model());
            List<Row> rows = of(ledger, each.fault);
            List<Row> guessed =
                    rows.stream().filter(row -> row.flag("estimated")).toList();
            table.append(form.formatted(
                    each.fault.name(),
                    each.fault.way().name().toLowerCase(Locale.ROOT),
                    each.end,
                    met.size(),
                    each.time.toMillis(),
                    sum(rows, "in") + " + " + sum(rows, "out"),
                    sum(guessed, "in") + " + " + sum(guessed, "out"),
                    met.stream().mapToLong(Met::promptTokens).sum() + " + "
                            + met.stream().mapToLong(Met::writtenTokens).sum()));
        }
        return table.toString();
    }
}
