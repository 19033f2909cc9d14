package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.aws.DynamoUsageStore;
import dev.turnpike.fake.SameThread;
import dev.turnpike.model.Deadline;
import dev.turnpike.operator.Main;
import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import dev.turnpike.usage.UsageCount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/// The ledger of real runs, told by the operator's command.
@Timeout(60)
class LedgerTest {
    private static final int STEPS = 3;
    private static Stack stack;
    private static DynamoDbClient dynamo;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults()
                .withDemoPace(Duration.ZERO)
                .withReaperEvery(Duration.ofHours(1))
                .withEnvironment(Map.of("MODEL", "gpt-4o")));
        dynamo = stack.cloud().dynamoClient();
        endpoint = new Endpoint(stack);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        dynamo.close();
        stack.close();
    }

    @Test
    void theLedgerOfADeletedConversationIsExportedAndAPlantedDifferenceIsFound() {
        RunKey run = complete();
        var delete = endpoint.request("/v1/conversations/" + run.conversation().wireId());
        assertThat(endpoint.send(delete.DELETE()).statusCode()).isEqualTo(200);

        assertThat(command("export")).isEqualTo(new Outcome(0, ""));
        new UsageCount(new DynamoUsageStore(dynamo, stack.table()), SameThread::new)
                .sweep(Deadline.in(Duration.ofSeconds(30), InstantSource.system()));

        List<JsonNode> lines = command("export")
                .output()
                .lines()
                .map(Endpoint.MAPPER::readTree)
                .toList();
        assertThat(lines).hasSize(STEPS).allSatisfy(line -> {
            assertThat(line.path("response_id").asString()).isEqualTo(run.responseId());
            assertThat(line.path("conversation").asString())
                    .isEqualTo(run.conversation().wireId());
            assertThat(line.path("state").asString()).isEqualTo("settled");
        });
        assertThat(command("export", "--format", "csv").output().lines()).hasSize(1 + STEPS);
        assertThat(command("recompute").status()).isZero();

        long cost = lines.getFirst().path("cost_micros").asLong();
        plant(run, lines.getFirst(), cost + 1);
        Outcome outcome = command("recompute");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output())
                .contains(run.responseId() + "  step 0, attempt 1, gpt-4o: charged ")
                .endsWith("1 difference\n");
    }

    /// Two tool turns are three calls of the model.
    private static RunKey complete() {
        var request = endpoint.request("/v1/responses").POST(BodyPublishers.ofString("""
            {"model": "gpt-4o", "input": "[tool turns: 2] Go"}
            """));
        var response = Endpoint.MAPPER.readTree(endpoint.send(request).body());
        return RunKey.parse("demo", response.path("id").asString()).orElseThrow();
    }

    private static void plant(RunKey run, JsonNode line, long micros) {
        String row = "L#%s#%06d#%06d"
                .formatted(
                        run.run(),
                        line.path("step").asInt(),
                        line.path("attempt").asInt());
        dynamo.updateItem(request -> request.tableName(stack.table())
                .key(Map.of(
                        "pk",
                                AttributeValue.fromS(
                                        "T#demo#C#" + run.conversation().id()),
                        "sk", AttributeValue.fromS(row)))
                .updateExpression("SET #cost = :micros")
                .conditionExpression("attribute_exists(pk)")
                .expressionAttributeNames(Map.of("#cost", "cost"))
                .expressionAttributeValues(Map.of(":micros", AttributeValue.fromN("" + micros))));
    }

    private record Outcome(int status, String output) {}

    private static Outcome command(String action, String... more) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        List<String> arguments = new ArrayList<>(List.of("ledger", action, "--tenant", "demo"));
        arguments.addAll(List.of("--from", "" + today.minusDays(1), "--to", "" + today, "--table", stack.table()));
        arguments.addAll(List.of("--endpoint", stack.cloud().dynamo().toString()));
        arguments.addAll(List.of(more));
        var written = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(written, true, UTF_8), System.err, arguments.toArray(String[]::new));
        return new Outcome(status, written.toString(UTF_8));
    }
}
