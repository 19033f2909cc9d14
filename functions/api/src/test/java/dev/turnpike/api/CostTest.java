package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ChatCompletionsClient;
import dev.turnpike.model.Dialect;
import dev.turnpike.model.ModelSettings;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What callers are told that a call cost, whatever its provider reports.
@Timeout(60)
class CostTest {
    private PieceProvider provider;
    private ChatCompletionsClient client;
    private Bench bench;

    @BeforeEach
    void open() throws IOException {
        provider = new PieceProvider();
        var wait = Duration.ofSeconds(30);
        var settings =
                new ModelSettings("openai", provider.baseUri(), () -> "", true, wait, wait, wait, Dialect.COMPATIBLE);
        client = new ChatCompletionsClient(settings, String::length, Clock.systemUTC());
        bench = new Bench(client);
    }

    @AfterEach
    void close() throws IOException {
        client.reset();
        provider.close();
    }

    /// @param more fields of the chunk with the usage
    private void reports(String usage, String more) {
        String chunks = """
            data: {"choices":[{"index":0,"delta":{"content":"Low tide."},"finish_reason":"stop"}]}

            data: {"choices":[],"usage":%s%s}

            data: [DONE]

            """.formatted(usage, more);
        provider.answers("text/event-stream", List.of(chunks.getBytes(UTF_8)));
    }

    private JsonNode created(String model) throws IOException {
        return bench.create("{\"model\":\"" + model + "\",\"input\":\"Hello\"}").json();
    }

    private LedgerRow row() {
        return bench.work.store.ledger(bench.work.only().key()).getFirst();
    }

    private List<String> warnings() {
        return bench.context.logged.stream()
                .filter(line -> line.contains("usage that can't be"))
                .toList();
    }

    @Test
    @DisplayName("Row 47: what a model without a price cost is null wherever it is told, and never 0")
    void whatAModelWithoutAPriceCostIsNull() throws IOException {
        reports("{\"prompt_tokens\":100,\"completion_tokens\":20}", "");
        String chat = "{\"model\":\"gpt-own\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

        JsonNode response = created("gpt-own");
        JsonNode found =
                bench.get("/v1/responses/" + response.path("id").asString()).json();
        List<JsonNode> events = bench.create("{\"model\":\"gpt-own\",\"input\":\"Hello\",\"stream\":true}")
                .events();
        JsonNode completion = bench.complete(chat + "}").json();
        List<JsonNode> chunks = bench.complete(chat + ",\"stream\":true}").events();

        assertThat(List.of(response, found, events.getLast().path("response"), completion, chunks.getLast()))
                .allSatisfy(told -> {
                    assertThat(told.path("turnpike").has("cost_usd")).isTrue();
                    assertThat(told.path("turnpike").path("cost_usd").isNull()).isTrue();
                    assertThat(told.at("/turnpike/price_version").asString()).isEqualTo("2026-11");
                });
        assertThat(response.at("/usage/total_tokens").asLong()).isEqualTo(120);
    }

    @Test
    @DisplayName("Row 47: parts larger than their whole are cut to it, charged so, and told to the log once")
    void partsLargerThanTheirWholeAreCut() throws IOException {
        reports("""
            {"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":500},\
            "completion_tokens_details":{"reasoning_tokens":99}}\
            """, "");

        JsonNode response = created("gpt-4o-mini");

        assertThat(row().usage()).isEqualTo(Usage.reported(100, 100, 20, 20));
        // 100 x 0.075 + 20 x 0.60 = 19.5
        assertThat(response.at("/turnpike/cost_usd").decimalValue()).isEqualByComparingTo("0.000020");
        assertThat(warnings()).hasSize(1);
    }

    @Test
    @DisplayName("Row 47: a number below zero counts as none, and is told to the log once")
    void aNumberBelowZeroCountsAsNone() throws IOException {
        reports("{\"prompt_tokens\":-7,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":-3}}", "");

        JsonNode response = created("gpt-4o-mini");

        assertThat(row().usage()).isEqualTo(Usage.reported(0, 0, 20, 0));
        assertThat(response.at("/turnpike/cost_usd").decimalValue()).isEqualByComparingTo("0.000012");
        assertThat(warnings()).hasSize(1);
    }

    @Test
    @DisplayName("Row 47: usage of which nothing makes sense is estimated, and told to the log once")
    void usageOfWhichNothingMakesSenseIsEstimated() throws IOException {
        reports("{\"prompt_tokens\":-7,\"completion_tokens\":-20}", "");

        JsonNode response = created("gpt-4o-mini");

        assertThat(row().usage().estimated()).isTrue();
        assertThat(row().usage().outputTokens()).isPositive();
        assertThat(response.at("/turnpike/cost_usd").decimalValue()).isPositive();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void usageThatMakesSenseIsNotWarnedOf() throws IOException {
        reports("{\"prompt_tokens\":100,\"completion_tokens\":20}", "");

        created("gpt-4o-mini");

        assertThat(row().usage()).isEqualTo(Usage.reported(100, 0, 20, 0));
        assertThat(warnings()).isEmpty();
    }

    @Test
    void tokensWrittenToACacheAreChargedAndTold() throws IOException {
        reports("""
            {"prompt_tokens":2600,"completion_tokens":300,\
            "prompt_tokens_details":{"cached_tokens":2000,"cache_write_tokens":400}}\
            """, "");

        JsonNode response = created("gpt-5.6-sol");

        assertThat(response.at("/usage/input_tokens_details/cache_write_tokens").asLong())
                .isEqualTo(400);
        // 200 x 4 + 2000 x 0.40 + 400 x 5 + 300 x 20
        assertThat(response.at("/turnpike/cost_usd").decimalValue()).isEqualByComparingTo("0.0096");
    }

    @Test
    void theTierThatAProviderNamesIsCharged() throws IOException {
        reports("{\"prompt_tokens\":1000,\"completion_tokens\":100}", ",\"service_tier\":\"priority\"");

        JsonNode response = created("gpt-4.1");

        // 1000 x 3.50 + 100 x 14
        assertThat(response.at("/turnpike/cost_usd").decimalValue()).isEqualByComparingTo("0.0049");
        assertThat(row().serviceTier()).isEqualTo("priority");
        // It is the provider's. What the response says is ours.
        assertThat(response.path("service_tier").asString()).isEqualTo("default");
    }

    @Test
    @DisplayName("Row 47: a tier without a price costs null, not what the usual one does")
    void aTierWithoutAPriceCostsNull() throws IOException {
        reports("{\"prompt_tokens\":1000,\"completion_tokens\":100}", ",\"service_tier\":\"scale\"");

        JsonNode response = created("gpt-4.1");

        assertThat(response.path("turnpike").path("cost_usd").isNull()).isTrue();
        assertThat(row().cost().known()).isFalse();
    }
}
