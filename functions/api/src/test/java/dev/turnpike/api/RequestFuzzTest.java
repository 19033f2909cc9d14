package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.model.ToolChoice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Whatever is sent, the answer is one of the contract's.
///
/// `-Dturnpike.seed=…` and `-Dturnpike.requests=…` try others and more.
class RequestFuzzTest {
    private static final long SEED = Long.getLong("turnpike.seed", 20_261_125);
    private static final int REQUESTS = Integer.getInteger("turnpike.requests", 50_000);

    /// So many share one table.
    private static final int GROUP = 500;

    /// Every so many answers one is held against the OpenAPI document, which takes longer than to answer.
    private static final int DESCRIBED_EACH = 50;

    private static final int WARM = 10_000;
    private static final long MOST_GROWTH_BYTES = 16L << 20;
    private static final int MOST_IDS = 20;
    private static final Pattern NAMED =
            Pattern.compile("\"((?:resp_|conv_|mcpr_|msg_|mcp_|fc_|fco_|chatcmpl-)[0-9a-z_]{26,53})\"");

    /// By route.
    private final TreeMap<String, TreeMap<Integer, Integer>> answers = new TreeMap<>();

    @Test
    void everyRouteIsTried() {
        var tried = new TreeSet<String>();
        RequestFuzz.SHAPES.forEach(shape -> tried.add(shape.route()));
        assertThat(tried).isEqualTo(RouteList.all());
    }

    @Test
    @Timeout(180)
    @DisplayName("Rows 1, 2, 3, 5, 8: no request, however odd, is answered other than the contract says")
    void noRequestIsAnsweredOtherThanTheContractSays() throws IOException {
        long warm = 0;
        for (int from = 0; from < REQUESTS; from += GROUP) {
            tryGroup(from);
            if (from + GROUP == WARM) {
                warm = liveBytes();
            }
        }
        long grown = liveBytes() - warm;
        System.out.printf(
                "seed %d, %d requests, live heap %+d KiB since the first %d; answers %s%n",
                SEED, REQUESTS, grown >> 10, WARM, answers);
        assertThat(grown).as("bytes kept since the first %d", WARM).isLessThan(MOST_GROWTH_BYTES);
        assertThat(answers).allSatisfy((route, statuses) -> {
            assertThat(statuses.getOrDefault(200, 0))
                    .as("good answers of " + route)
                    .isPositive();
            assertThat(statuses.size()).as("kinds of answers of " + route).isGreaterThan(1);
        });
    }

    private void tryGroup(int from) throws IOException {
        var random = new Random(SEED + from);
        var bench = new Bench(CountedTool.readOnly("look"));
        bench.work.model.improvises(asked -> random.nextInt(4) == 0 && !(asked.toolChoice() instanceof ToolChoice.None)
                ? Script.calls("look", "tide")
                : answer(asked));
        List<String> ids = new ArrayList<>();
        var fuzz = new RequestFuzz(random, bench.keyOf("tenant-1"), Bench.idOf(bench.keyOf("t-9")), ids);
        for (int number = from; number < from + GROUP; number++) {
            RequestFuzz.Request request = fuzz.next();
            try {
                Answer answer = bench.handle(request.event());
                isOfTheContract(answer);
                if (number % DESCRIBED_EACH == 0) {
                    Bench.assertDescribed(request.read(), answer);
                }
                assertThat(bench.context.logged).noneMatch(line -> line.contains("Exception"));
                bench.context.logged.clear();
                count(request.route(), answer.status());
                if (!request.route().endsWith("openapi.json")) {
                    // The ids in its examples are nobody's.
                    remember(answer, ids);
                }
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(
                        "seed %d, request %d: %s%n%s"
                                .formatted(SEED, number, shortened(request.event()), bench.context.logged),
                        failure);
            }
        }
    }

    /// What is asked for in some form is refused, for a refusal has no form.
    private static Script answer(ModelRequest asked) {
        return asked.parameters().containsKey("response_format")
                ? Script.streams(new StreamEvent.RefusalDelta("No."))
                : Script.says("Hello.\n```sh\nls\n```\n");
    }

    private static String shortened(String text) {
        return text.length() < 4_000 ? text : text.substring(0, 4_000) + "…";
    }

    private static void isOfTheContract(Answer answer) {
        assertThat(answer.status()).isBetween(200, 499);
        assertThat(answer.header("x-request-id")).isEqualTo("request-1");
        if (answer.status() == 204) {
            assertThat(answer.body()).isEmpty();
        } else if (answer.status() != 200) {
            JsonNode error = answer.error();
            assertThat(error.path("message").asString("")).isNotBlank();
            assertThat(error.path("type").asString("")).isNotBlank();
            assertThat(error.path("param").isNull() || error.path("param").isString())
                    .isTrue();
            assertThat(error.path("code").asString("null")).isNotBlank();
        } else if (answer.header("content-type").startsWith("text/event-stream")) {
            assertThat(answer.events()).isNotEmpty().noneMatch(event -> event.has("error"));
            assertThat(answer.hasEnded()).isTrue();
        } else {
            assertThat(answer.json().isObject()).isTrue();
        }
    }

    private void count(String route, int status) {
        answers.computeIfAbsent(route, _ -> new TreeMap<>()).merge(status, 1, Integer::sum);
    }

    private static void remember(Answer answer, List<String> ids) {
        if (answer.status() == 200) {
            Set<String> named = new HashSet<>(ids);
            NAMED.matcher(answer.body())
                    .results()
                    .map(found -> found.group(1))
                    .filter(named::add)
                    .forEach(ids::add);
            while (ids.size() > MOST_IDS) {
                ids.removeFirst();
            }
        }
    }

    /// What is left when nothing is in use.
    private static long liveBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
