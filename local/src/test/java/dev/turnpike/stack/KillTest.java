package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.turnpike.aws.CheckedRows;
import dev.turnpike.check.Partition;
import dev.turnpike.check.Partition.CallRow;
import dev.turnpike.demo.TokenMeter;
import dev.turnpike.effects.World;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.responses.WireJson;
import dev.turnpike.stack.StackOptions.Delivery;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;

/// Workers are killed with signal 9 while runs with tools are under way, and every third message comes twice. Runs the
/// zips that are deployed, as [ProcessesTest] does.
@Timeout(600)
class KillTest {
    private static final String WORKER = "dev.turnpike.worker.RunWorkerHandler";

    /// A model with a price, whose meter counts these runs alone.
    private static final String MODEL = "gpt-4o";

    private static final int TURNS = 8;

    @TempDir
    private Path folder;

    @Test
    void nothingIsLostAndNothingIsDoneTwiceWhileWorkersAreKilled() throws Exception {
        storm(12, Duration.ofSeconds(15));
    }

    @Test
    @Tag("nightly")
    void norInAMinuteOfKillingWithSixtyRuns() throws Exception {
        storm(60, Duration.ofMinutes(1));
    }

    private void storm(int runs, Duration killing) throws Exception {
        assumeThat(Path.of(System.getProperty("turnpike.root", ".")).resolve("functions/worker/target/function.zip"))
                .exists();
        try (World world = World.start();
                Storm storm = new Storm();
                Stack stack = Stack.start(options(world, storm));
                HttpClient http = HttpClient.newHttpClient()) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < runs; i++) {
                ids.add(create(http, stack));
            }
            storm.killing(WORKER, killing);
            Map<String, JsonNode> ended = ended(http, stack, storm, ids);
            noMessageIsLeft(stack, storm);
            everyRunHasAnEnd(ended);
            String check = CheckedStack.check(stack);
            List<Partition> partitions = partitions(stack);
            System.out.printf(
                    "%d runs (%s), %d workers killed, %d messages delivered, %d of them twice%n%s%n",
                    runs, counted(ended), storm.kills(), storm.deliveries(), storm.duplicates(), check);
            effectsAreRight(world, partitions);
            booksAgree(stack.demoModel().orElseThrow().meter().totals(MODEL), partitions);
            assertThat(storm.kills()).isPositive();
            assertThat(storm.duplicates()).isPositive();
        }
    }

    /// Leases follow the longest silence that is allowed, so that what a dead worker held is taken over soon.
    private StackOptions options(World world, Storm storm) throws Exception {
        Map<String, String> environment = new HashMap<>(world.environment());
        environment.put("TIMEOUT", "5");
        environment.put("IDLE_TIMEOUT", "5");
        environment.put("TOOL_TIMEOUT", "5");
        environment.put("MAX_RETRIES", "10");
        environment.put("TOOL_POLICY", "[{\"tools\": \"charge,post\", \"then\": \"allow\"}]");
        return StackOptions.defaults()
                .withProcesses()
                .withEnvironments(4)
                .withJars(World.jar(folder))
                .withDemoPace(Duration.ofMillis(60))
                .withReaperEvery(Duration.ofSeconds(5))
                .withDelivery(new Delivery(Duration.ofSeconds(20), storm::delivering))
                .withEnvironment(environment);
    }

    private static String create(HttpClient http, Stack stack) throws Exception {
        return send(http, stack, "/v1/responses", """
            {"model": "%s", "background": true, "input": "[tool turns: %d of charge, post] Go"}
            """.formatted(MODEL, TURNS))
                .path("id")
                .asString();
    }

    private static Map<String, JsonNode> ended(HttpClient http, Stack stack, Storm storm, List<String> ids)
            throws Exception {
        Map<String, JsonNode> ended = new HashMap<>();
        storm.until(() -> {
            for (String id : ids) {
                if (!ended.containsKey(id)) {
                    JsonNode response = send(http, stack, "/v1/responses/" + id, "");
                    if (!Set.of("queued", "in_progress")
                            .contains(response.path("status").asString())) {
                        ended.put(id, response);
                    }
                }
            }
            return ended.size() == ids.size();
        });
        return ended;
    }

    /// A charge whose confirmation a killed worker waited for is never made again: the run ends, and says so.
    private static void everyRunHasAnEnd(Map<String, JsonNode> ended) {
        assertThat(ended.values()).allSatisfy(response -> {
            boolean unknown =
                    response.at("/incomplete_details/reason").asString("").equals("turnpike:outcome_unknown");
            assertThat(response.path("status").asString())
                    .as(response.toString())
                    .isEqualTo(unknown ? "incomplete" : "completed");
        });
    }

    private static Map<String, Long> counted(Map<String, JsonNode> ended) {
        return ended.values().stream()
                .collect(Collectors.groupingBy(
                        response -> response.path("status").asString(), Collectors.counting()));
    }

    private static void noMessageIsLeft(Stack stack, Storm storm) throws Exception {
        try (SqsClient sqs = stack.cloud().sqsClient()) {
            storm.until(() -> messages(sqs, stack.steps().url()) == 0);
            assertThat(messages(sqs, stack.steps().deadLetterUrl())).isZero();
        }
    }

    private static long messages(SqsClient sqs, String url) {
        return sqs
                .getQueueAttributes(request -> request.queueUrl(url)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributesAsStrings()
                .values()
                .stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static List<Partition> partitions(Stack stack) {
        try (var dynamo = stack.cloud().dynamoClient()) {
            var rows = new CheckedRows(dynamo, stack.table(), WireJson.mapper(), InstantSource.system());
            return rows.conversations("demo").map(rows::read).toList();
        }
    }

    /// A call that may not repeat had its effect at most once. One that may repeat had it under one key, that of its
    /// call, however often.
    private static void effectsAreRight(World world, List<Partition> partitions) {
        Map<String, Integer> charges = world.effects("charge");
        Map<String, Integer> posts = world.effects("post");
        System.out.printf(
                "charges: %d calls, %d effects; posts: %d calls, %d effects, %d of them repeated%n",
                keys(partitions, "charge").size(),
                sum(charges),
                keys(partitions, "post").size(),
                sum(posts),
                sum(posts) - posts.size());
        assertThat(charges.values()).containsOnly(1);
        assertThat(keys(partitions, "charge")).containsAll(charges.keySet());
        assertThat(keys(partitions, "post")).isEqualTo(posts.keySet());
    }

    private static int sum(Map<String, Integer> effects) {
        return effects.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// One for each call, which the check has seen to.
    private static Set<String> keys(List<Partition> partitions, String tool) {
        return partitions.stream()
                .flatMap(partition -> partition.calls().stream())
                .map(CallRow::call)
                .filter(call -> call.tool().equals(tool))
                .map(call -> call.key())
                .collect(Collectors.toSet());
    }

    /// Of the calls that the model answered to the end, those that were committed are settled as it counted them; the
    /// others were made by attempts that died, and each of these has a row with at least its prompt.
    private static void booksAgree(TokenMeter.Totals met, List<Partition> partitions) {
        List<LedgerRow> settled = rows(partitions, LedgerRow.State.SETTLED);
        List<LedgerRow> abandoned = rows(partitions, LedgerRow.State.ABANDONED);
        System.out.printf(
                "meter: %d calls answered, %d broken off, %d + %d tokens; ledger: %d rows settled, %d + %d tokens,"
                        + " %d abandoned, %d + %d tokens%n",
                met.answered(),
                met.broken(),
                met.promptTokens(),
                met.completionTokens(),
                settled.size(),
                sum(settled, Usage::inputTokens),
                sum(settled, Usage::outputTokens),
                abandoned.size(),
                sum(abandoned, Usage::inputTokens),
                sum(abandoned, Usage::outputTokens));
        assertThat(settled).noneMatch(row -> row.usage().estimated());
        assertThat(met.answered()).isBetween((long) settled.size(), (long) settled.size() + abandoned.size());
        assertThat(met.promptTokens() - sum(settled, Usage::inputTokens))
                .as("input tokens of calls whose answer was lost")
                .isBetween(0L, sum(abandoned, Usage::inputTokens));
        assertThat(sum(settled, Usage::outputTokens)).isLessThanOrEqualTo(met.completionTokens());
        if (met.answered() == settled.size()) {
            assertThat(met.totalTokens()).isEqualTo(sum(settled, Usage::totalTokens));
        }
    }

    private static List<LedgerRow> rows(List<Partition> partitions, LedgerRow.State state) {
        return partitions.stream()
                .flatMap(partition -> partition.ledger().stream())
                .filter(row -> row.state() == state)
                .toList();
    }

    private static long sum(List<LedgerRow> rows, ToLongFunction<Usage> tokens) {
        return rows.stream().map(LedgerRow::usage).mapToLong(tokens).sum();
    }

    /// @param body empty for a GET
    private static JsonNode send(HttpClient http, Stack stack, String path, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(stack.url().resolve(path)).header("Authorization", "Bearer " + stack.apiKey());
        try {
            HttpResponse<String> response = http.send(
                    body.isEmpty()
                            ? request.build()
                            : request.POST(BodyPublishers.ofString(body)).build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return WireJson.mapper().readTree(response.body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the stack did not answer", e);
        }
    }
}
