package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import dev.turnpike.emulator.Queue;
import dev.turnpike.emulator.Table;
import dev.turnpike.run.RunRequest.Lane;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the stack makes is what `template.yaml` makes.
@Timeout(60)
class TemplateAgreementTest {
    private static final JsonNode RESOURCES = read().path("Resources");

    @Test
    void theTableHasTheSameKeysAndIndex() {
        JsonNode template = RESOURCES.at("/Table/Properties");
        var table = Table.definition("any");
        assertThat(table.attributeDefinitions())
                .map(attribute -> attribute.attributeName() + " " + attribute.attributeTypeAsString())
                .isEqualTo(texts(template.path("AttributeDefinitions"), "AttributeName", "AttributeType"));
        assertThat(table.keySchema())
                .map(key -> key.attributeName() + " " + key.keyTypeAsString())
                .isEqualTo(texts(template.path("KeySchema"), "AttributeName", "KeyType"));
        assertThat(table.globalSecondaryIndexes()).singleElement().satisfies(index -> {
            JsonNode same = template.at("/GlobalSecondaryIndexes/0");
            assertThat(index.indexName()).isEqualTo(same.path("IndexName").asString());
            assertThat(index.keySchema())
                    .map(key -> key.attributeName() + " " + key.keyTypeAsString())
                    .isEqualTo(texts(same.path("KeySchema"), "AttributeName", "KeyType"));
            assertThat(index.projection().projectionTypeAsString())
                    .isEqualTo(same.at("/Projection/ProjectionType").asString());
        });
        assertThat(template.at("/TimeToLiveSpecification/AttributeName").asString())
                .isEqualTo("ttl");
    }

    @Test
    void theQueuesWaitAndGiveUpAtTheSameTime() throws Exception {
        try (Stack stack = Stack.start(StackOptions.defaults(), _ -> handlers())) {
            assertAgreement(stack.steps(), "StepsQueue");
            assertAgreement(stack.steps(Lane.PRIORITY), "PriorityStepsQueue");
            assertAgreement(stack.steps(Lane.FLEX), "FlexStepsQueue");
            assertThat(Lane.values())
                    .as("one dead-letter queue")
                    .extracting(lane -> stack.steps(lane).deadLetterUrl())
                    .containsOnly(stack.steps().deadLetterUrl());
            assertAgreement(stack.requests(), "RequestsQueue");
            assertAgreement(stack.results(), "ResultsQueue");
        }
    }

    @Test
    void asFewStepsOfTheSlowLaneRunAtOnce() {
        assertThat(read().at("/Parameters/FlexConcurrency/Default").asInt()).isEqualTo(Stack.FLEX_CONCURRENCY);
    }

    @Test
    void theFunctionsMayTakeTheSameTime() {
        assertThat(timeout("ApiFunction")).isEqualTo(Functions.API_TIMEOUT);
        assertThat(timeout("WorkerFunction")).isEqualTo(Functions.WORKER_TIMEOUT);
        assertThat(timeout("DeadStepsFunction")).isEqualTo(Functions.DEAD_STEPS_TIMEOUT);
        assertThat(timeout("IntakeFunction")).isEqualTo(Functions.INTAKE_TIMEOUT);
        assertThat(timeout("ReaperFunction")).isEqualTo(Functions.REAPER_TIMEOUT);
    }

    private static void assertAgreement(Queue queue, String resource) {
        JsonNode template = RESOURCES.path(resource).path("Properties");
        assertThat(queue.visibility().toSeconds())
                .isEqualTo(template.path("VisibilityTimeout").asLong());
        assertThat(queue.maxReceives())
                .isEqualTo(template.at("/RedrivePolicy/maxReceiveCount").asInt());
    }

    private static Duration timeout(String resource) {
        return Duration.ofSeconds(
                RESOURCES.path(resource).path("Properties").path("Timeout").asLong());
    }

    private static List<String> texts(JsonNode array, String first, String second) {
        return array.values().stream()
                .map(entry ->
                        entry.path(first).asString() + " " + entry.path(second).asString())
                .toList();
    }

    private static Handlers handlers() {
        return new Handlers(
                (_, output, _) -> {
                    output.write(("{\"statusCode\":200}" + "\0".repeat(8) + "{\"key\":\"k\"}")
                            .getBytes(StandardCharsets.UTF_8));
                    output.flush();
                },
                (_, _) -> new SQSBatchResponse(List.of()),
                (_, _) -> new SQSBatchResponse(List.of()),
                (_, _) -> new SQSBatchResponse(List.of()),
                (_, _) -> null);
    }

    /// Without CloudFormation's tags, none of which matters here.
    private static JsonNode read() {
        try {
            String text = Files.readString(Path.of(System.getProperty("turnpike.root"), "template.yaml"));
            Map<String, Object> tree =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(text.replaceAll("!\\w+", ""));
            return new JsonMapper().valueToTree(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
