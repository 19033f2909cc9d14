package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.e2e.ChaosModel.Exchange;
import dev.turnpike.e2e.ChaosModel.Met;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Many runs at once against one cap, while the provider's own meter is looked at all the time.
@Timeout(150)
class SharedCapTest {
    private static final long SEED = Long.getLong("cap.seed", 20_261_128);
    private static final int RUNS = 64;
    private static final long CAP_MICROS = 5_000_000;
    private static final List<String> MODELS = List.of("gpt-4o-mini", "gpt-4o", "gpt-4.1", "gpt-4", "o1");
    private static final PriceList PRICES = PriceList.forProvider("openai");
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final Duration BETWEEN_READS = Duration.ofMillis(250);
    private static final int WORDS_IN_ONE = 10;

    private final Random random = new Random(SEED);
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    private final AtomicLong highest = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final Map<Met, Long> priced = new ConcurrentHashMap<>();

    @TempDir
    private Path folder;

    /// @param turns before its last answer
    private record Spender(int number, String model, int turns) {
        String question() {
            return "Spender %02d, %d turns".formatted(number, turns);
        }
    }

    @Test
    void sixtyFourRunsSpendAllOfACapAndNeverMoreAndGoOnOnceItIsRaised() throws Exception {
        List<Spender> spenders = IntStream.range(0, RUNS)
                .mapToObj(
                        number -> new Spender(number, MODELS.get(random.nextInt(MODELS.size())), random.nextInt(2, 5)))
                .toList();
        try (clock;
                var model = new ChaosModel()) {
            model.letAll(SharedCapTest::answer);
            var looking =
                    clock.scheduleWithFixedDelay(() -> look(model), 0, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            long start = System.nanoTime();
            List<JsonNode> first = under("tenant=5usd", model, spenders, SharedCapTest::begin);
            looking.cancel(false);
            long spent = look(model);
            double seconds = (System.nanoTime() - start) / 1e9;
            List<Spender> stopped = spenders.stream()
                    .filter(spender -> isStopped(first.get(spender.number)))
                    .toList();
            List<JsonNode> second = under(
                    "tenant=1000usd",
                    model,
                    stopped,
                    spender ->
                            goOn(spender, first.get(spender.number).path("id").asString()));

            System.out.printf(
                    "seed %d: %d runs against 5 USD in %.1f s: metered %.6f, %.2f %%, at most %.6f in %,d looks; %d"
                            + " met the cap, and %d of %d finished once it was raised%n",
                    SEED,
                    RUNS,
                    seconds,
                    spent / 1e6,
                    spent * 100.0 / CAP_MICROS,
                    highest.get() / 1e6,
                    looks.get(),
                    stopped.size(),
                    second.stream().filter(SharedCapTest::isCompleted).count(),
                    stopped.size());
            assertThat(first).allMatch(response -> isCompleted(response) || isStopped(response));
            assertThat(highest.get()).isLessThanOrEqualTo(CAP_MICROS);
            assertThat(spent).isGreaterThanOrEqualTo(CAP_MICROS * 97 / 100);
            assertThat(stopped).hasSizeGreaterThan(RUNS / 4);
            assertThat(second).allMatch(SharedCapTest::isCompleted);
        }
    }

    /// As much as the run and the turn say.
    private static void answer(Exchange exchange) throws IOException {
        String[] question = exchange.question.split("\\D+", -1);
        int turns = Integer.parseInt(question[2]);
        var random = new Random(SEED + Integer.parseInt(question[1]) * 100L + exchange.results);
        String words = " word".repeat(WORDS_IN_ONE);
        var text = new ChaosAnswer(Collections.nCopies(random.nextInt(10, 120), words), Optional.empty(), false);
        exchange.says(
                exchange.results < turns
                        ? text.calling("calculate", "{\"expression\":\"%d + 1\"}".formatted(exchange.results))
                        : text);
        exchange.wholeAnswer();
    }

    private long look(ChaosModel model) {
        long micros = model.met().stream()
                .mapToLong(call -> priced.computeIfAbsent(call, SharedCapTest::micros))
                .sum();
        highest.accumulateAndGet(micros, Math::max);
        looks.incrementAndGet();
        return micros;
    }

    private static long micros(Met call) {
        Usage usage = Usage.reported(call.promptTokens(), 0, call.writtenTokens(), 0);
        Long micros = PRICES.cost(call.model(), usage, Instant.now()).micros();
        return micros == null ? 0 : micros;
    }

    private interface Request {
        String body(Spender spender);
    }

    private static String begin(Spender spender) {
        return """
            {"model": "%s", "background": true, "max_output_tokens": 1500, "input": "%s"}
            """.formatted(spender.model, spender.question());
    }

    private static String goOn(Spender spender, String response) {
        return """
            {"model": "%s", "background": true, "max_output_tokens": 1500, "input": [], "previous_response_id": "%s"}
            """.formatted(spender.model, response);
    }

    /// On a stack of its own, over the same table.
    ///
    /// @return the responses as they ended
    private List<JsonNode> under(String cap, ChaosModel model, List<Spender> spenders, Request request)
            throws Exception {
        StackOptions options = StackOptions.defaults()
                .withDirectory(folder)
                .withEnvironments(16)
                .withEnvironment(Map.of(
                        "OPENAI_BASE_URL", model.baseUrl().toString(), "SPENDING_CAPS", cap, "MAX_RETRIES", "3"));
        try (var stack = Stack.start(options);
                var endpoint = new Endpoint(stack);
                var threads = Executors.newFixedThreadPool(RUNS)) {
            List<Future<String>> made = threads.invokeAll(spenders.stream()
                    .<Callable<String>>map(spender -> () ->
                            endpoint.create(request.body(spender)).path("id").asString())
                    .toList());
            List<JsonNode> ended = new ArrayList<>();
            for (Future<String> each : made) {
                ended.add(finished(endpoint, each.get()));
            }
            return ended;
        }
    }

    private JsonNode finished(Endpoint endpoint, String id) throws Exception {
        JsonNode response = endpoint.read(id);
        while (List.of("queued", "in_progress").contains(response.path("status").asString())) {
            response = clock.schedule(() -> endpoint.read(id), BETWEEN_READS.toMillis(), TimeUnit.MILLISECONDS)
                    .get();
        }
        return response;
    }

    private static boolean isCompleted(JsonNode response) {
        return response.path("status").asString().equals("completed");
    }

    private static boolean isStopped(JsonNode response) {
        return response.path("status").asString().equals("incomplete")
                && response.at("/incomplete_details/reason").asString("").equals("turnpike:spending_cap");
    }
}
