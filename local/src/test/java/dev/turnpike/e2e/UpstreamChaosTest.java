package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.turnpike.demo.DemoModel;
import dev.turnpike.demo.TokenMeter;
import dev.turnpike.e2e.Books.Row;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A provider that fails in every way that it can, under many runs at once, and what is in the books in the end.
@Timeout(120)
class UpstreamChaosTest {
    private static final long SEED = 20_261_124;
    private static final int AT_ONCE = 12;
    private static final String WHOLE = "You said: .* on the server\\.|Here is what I found: .*5.*";
    private static final List<String> TERMINAL = List.of("completed", "failed", "incomplete");

    /// Short, so that silence is over soon; long enough for a busy machine.
    private static final Map<String, String> LIMITS =
            Map.of("TIMEOUT", "20", "IDLE_TIMEOUT", "3", "TOTAL_TIMEOUT", "6", "MAX_RETRIES", "1");

    /// What the provider does to a question. Each has a model of its own, so that the meter counts it apart.
    ///
    /// @param end of a run in the background, which is tried again
    /// @param endInFront of a run that somebody waits for, whose answer may be shown already
    private record Fault(String model, String question, String end, String endInFront) {
        static Fault always(String model, String directive, String end) {
            return new Fault(model, directive + " Tell me about", end, end);
        }

        static Fault once(String model, String directive) {
            return new Fault(model, directive + " Tell me about", "completed", "failed");
        }
    }

    /// Those whose client sees every byte that was sent, so that it can count as the model does.
    private static final List<Fault> EXACT = List.of(
            Fault.always("stall", "[stall]", "failed"),
            Fault.once("stall-once", "[stall x1]"),
            Fault.always("garbage", "[garbage]", "failed"),
            Fault.once("garbage-once", "[garbage x1]"),
            Fault.always("no-end", "[no end]", "failed"),
            Fault.once("no-end-once", "[no end x1]"));

    /// Those that lose bytes on the way or are left before they end.
    private static final List<Fault> LOSSY = List.of(
            Fault.always("cut", "[cut]", "failed"),
            Fault.once("cut-once", "[cut x1]"),
            new Fault("cut-call", "[cut x1] What is 2 + 3? And what about", "completed", "failed"),
            Fault.always("reset", "[stall] " + ResettingLine.MARK, "failed"),
            Fault.once("drip", "[drip x1]"),
            Fault.always("endless", "[endless]", "incomplete"));

    private static final List<Fault> OTHERS = List.of(
            Fault.always("fine", "", "completed"),
            // Nothing of it was shown, so whoever waits gets the second try's answer, too.
            new Fault("busy", "[fail: 503 x1] Tell me about", "completed", "completed"),
            Fault.always("refused", "[fail: 400]", "failed"));

    private enum Way {
        BACKGROUND,
        FOREGROUND,
        STREAM
    }

    private record Asked(Fault fault, Way way, int number) {
        String body() {
            return """
                {"model": "%s", "background": %s, "stream": %s, "max_output_tokens": 200, "input": "%s %d."}
                """.formatted(fault.model, way == Way.BACKGROUND, way == Way.STREAM, fault.question, number);
        }
    }

    /// @param text of a completed run
    private record Ended(Asked asked, String status, String text) {}

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "Rows 19, 20, 21, 23: whatever the provider does, runs end, no half answer counts, and the books agree")
    void whateverTheProviderDoesRunsEndAndTheBooksAgree() throws Exception {
        try (var model = DemoModel.start(Duration.ZERO);
                var line = new ResettingLine(model.baseUrl());
                var stack = Stack.start(options(line));
                var endpoint = new Endpoint(stack);
                var books = new Books(stack)) {
            List<Asked> asked = asked();
            List<Ended> ended = runAll(asked, endpoint);

            assertThat(ended).allSatisfy(UpstreamChaosTest::endsAsItShould);
            List<Row> rows = books.everything().stream().map(Row::new).toList();
            assertThat(runs(rows)).hasSameSizeAs(asked).allSatisfy(run -> {
                assertThat(run.text("status")).isIn(TERMINAL);
                settledRowsAreWhatItSpent(run, rows);
            });
            TokenMeter meter = model.meter();
            awaitTheEndOf("drip", meter);
            awaitTheEndOf("endless", meter);
            whatTheProviderReportedIsInTheBooks(rows, meter);
            whatItDidNotReportIsEstimated(rows, meter);
            noWatchdogIsLeft();
        }
    }

    private static StackOptions options(ResettingLine line) {
        return StackOptions.defaults()
                .withEnvironments(AT_ONCE)
                .withEnvironment(LIMITS)
                .withEnvironment(Map.of("OPENAI_BASE_URL", line.baseUrl().toString()));
    }

    private static List<Asked> asked() {
        List<Asked> asked = new ArrayList<>();
        for (List<Fault> faults : List.of(EXACT, LOSSY, OTHERS)) {
            for (Fault fault : faults) {
                for (Way way : Way.values()) {
                    asked.add(new Asked(fault, way, asked.size()));
                }
            }
        }
        Collections.shuffle(asked, new Random(SEED));
        return asked;
    }

    private static List<Ended> runAll(List<Asked> asked, Endpoint endpoint)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<JsonNode>> answers = asked.stream()
                    .map(each -> threads.submit(() -> ask(each, endpoint)))
                    .toList();
            List<Ended> ended = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                JsonNode answer = answers.get(i).get();
                JsonNode last = asked.get(i).way == Way.BACKGROUND
                        ? endpoint.finished(answer.path("id").asString())
                        : answer;
                ended.add(new Ended(asked.get(i), last.path("status").asString("failed"), Endpoint.text(last)));
            }
            return ended;
        }
    }

    /// The response, or the error that is the answer to a run that failed.
    private static JsonNode ask(Asked asked, Endpoint endpoint) {
        if (asked.way == Way.STREAM) {
            return endpoint.stream(asked.body(), _ -> {}).stream()
                    .filter(event -> TERMINAL.contains(event.name().replace("response.", "")))
                    .reduce((_, _) -> fail("two final events"))
                    .orElseThrow()
                    .json()
                    .path("response");
        }
        HttpResponse<String> answer = endpoint.post(asked.body());
        JsonNode json = Endpoint.MAPPER.readTree(answer.body());
        assertThat(json.has(answer.statusCode() == 200 ? "status" : "error"))
                .as(answer.body())
                .isTrue();
        return json;
    }

    private static void endsAsItShould(Ended ended) {
        Fault fault = ended.asked.fault;
        assertThat(ended.status).isEqualTo(ended.asked.way == Way.BACKGROUND ? fault.end : fault.endInFront);
        if (ended.status.equals("completed")) {
            assertThat(ended.text).matches(WHOLE);
        }
    }

    private static List<Row> runs(List<Row> rows) {
        return rows.stream().filter(row -> row.text("sk").matches("R#[^#]+")).toList();
    }

    private static void settledRowsAreWhatItSpent(Row run, List<Row> rows) {
        List<Row> settled = Books.of(rows, "L#").stream()
                .filter(row -> run.text("sk").equals("R#" + row.text("run")))
                .filter(row -> row.text("state").equals("settled"))
                .toList();
        assertThat(run.number("in")).isEqualTo(sum(settled, "in"));
        assertThat(run.number("out")).isEqualTo(sum(settled, "out"));
    }

    /// The model notices only when it writes that nobody listens any more.
    private static void awaitTheEndOf(String model, TokenMeter meter) {
        while (meter.totals(model).broken() < Way.values().length) {
            Thread.onSpinWait();
        }
    }

    private static void whatTheProviderReportedIsInTheBooks(List<Row> rows, TokenMeter meter) {
        List<Row> reported =
                Books.of(rows, "L#").stream().filter(row -> !estimated(row)).toList();
        assertThat(sum(reported, "in")).isEqualTo(sum(meter, TokenMeter.Totals::promptTokens));
        assertThat(sum(reported, "out")).isEqualTo(sum(meter, TokenMeter.Totals::completionTokens));
    }

    private static void whatItDidNotReportIsEstimated(List<Row> rows, TokenMeter meter) {
        for (Fault fault : EXACT) {
            List<Row> guessed = estimated(rows, fault);
            TokenMeter.Totals met = meter.totals(fault.model);
            assertThat(guessed).as(fault.model).hasSize((int) met.broken());
            assertThat(sum(guessed, "out")).as(fault.model).isEqualTo(met.brokenCompletionTokens());
        }
        for (Fault fault : LOSSY) {
            List<Row> guessed = estimated(rows, fault);
            TokenMeter.Totals met = meter.totals(fault.model);
            assertThat(guessed).as(fault.model).hasSizeLessThanOrEqualTo((int) met.broken());
            assertThat(sum(guessed, "out")).as(fault.model).isLessThanOrEqualTo(met.brokenCompletionTokens());
        }
        assertThat(Books.of(rows, "L#"))
                .filteredOn(UpstreamChaosTest::estimated)
                .allSatisfy(row -> {
                    assertThat(row.number("in")).isPositive();
                    // What breaks before its first word has cost its prompt.
                    assertThat(row.number("out")).isNotNegative();
                });
    }

    private static List<Row> estimated(List<Row> rows, Fault fault) {
        return Books.of(rows, "L#").stream()
                .filter(row -> row.text("model").equals(fault.model) && estimated(row))
                .toList();
    }

    private static boolean estimated(Row row) {
        return row.flag("estimated");
    }

    private static long sum(List<Row> rows, String number) {
        return rows.stream().mapToLong(row -> row.number(number)).sum();
    }

    private static long sum(TokenMeter meter, ToLongFunction<TokenMeter.Totals> number) {
        return meter.totals().values().stream().mapToLong(number).sum();
    }

    /// Virtual threads are in no other list. One that is known to be there shows that this list has them.
    private void noWatchdogIsLeft() throws IOException {
        Thread known = Thread.ofVirtual().name("known-to-be-there").start(LockSupport::park);
        String threads = threads(0);
        assertThat(threads).contains("known-to-be-there");
        for (int look = 1; threads.contains("answer-watchdog"); look++) {
            threads = threads(look);
        }
        LockSupport.unpark(known);
    }

    private String threads(int look) throws IOException {
        Path file = folder.resolve("threads-" + look + ".json").toAbsolutePath();
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
        return Files.readString(file);
    }
}
