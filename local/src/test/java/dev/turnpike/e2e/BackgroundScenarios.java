package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.demo.TokenMeter;
import dev.turnpike.e2e.Books.Row;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.stack.Stack;
import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A long run in the background, and whether all who counted its tokens counted the same.
interface BackgroundScenarios {
    /// A model with a price that nobody else asks, so that the meter counts this run alone.
    String MODEL = "gpt-4o";

    int TURNS = 20;

    Stack stack();

    @Test
    default void aRunOfTwentyToolTurnsCompletesAndAllBooksAgree() {
        try (var endpoint = new Endpoint(stack());
                var books = new Books(stack())) {
            JsonNode queued = endpoint.create("""
                {"model": "%s", "background": true, "input": "[tool turns: %d] Go"}
                """.formatted(MODEL, TURNS));
            assertThat(queued.path("status").asString()).isEqualTo("queued");
            JsonNode response = endpoint.finished(queued.path("id").asString());
            assertThat(response.path("status").asString()).isEqualTo("completed");
            assertThat(response.path("output")).hasSize(TURNS + 1);

            List<Row> rows = books.conversation(response.path("id").asString());
            Row head = Books.of(rows, "META").getFirst();
            itemsHaveNoGap(rows, head.number("nextSeq"));
            totalsAgree(response, rows, head);
            costIsTokensTimesPrice(response, rows);
        }
    }

    private static void itemsHaveNoGap(List<Row> rows, long nextSeq) {
        assertThat(Books.of(rows, "I#").stream()
                        .map(row -> Long.parseLong(row.text("sk").substring(2))))
                .containsExactlyElementsOf(LongStream.range(0, nextSeq).boxed().toList());
        // The question, a call and its result for each turn, and the answer.
        assertThat(nextSeq).isEqualTo(1 + 2 * TURNS + 1);
    }

    private void totalsAgree(JsonNode response, List<Row> rows, Row head) {
        List<Row> ledger = Books.of(rows, "L#");
        assertThat(ledger)
                .hasSizeGreaterThanOrEqualTo(TURNS)
                .allSatisfy(row -> assertThat(row.text("state")).isEqualTo("settled"));
        String runId = ledger.getFirst().text("run");
        Row run = rows.stream()
                .filter(row -> row.text("sk").equals("R#" + runId))
                .findFirst()
                .orElseThrow();
        for (String total : List.of("in", "cached", "out", "reasoning", "cost", "unpriced")) {
            long sum = ledger.stream().mapToLong(row -> row.number(total)).sum();
            assertThat(head.number(total)).as("conversation's %s", total).isEqualTo(sum);
            assertThat(run.number(total)).as("run's %s", total).isEqualTo(sum);
        }
        TokenMeter.Totals met = stack().demoModel().orElseThrow().meter().totals(MODEL);
        assertThat(met.answered()).isEqualTo(ledger.size());
        assertThat(met.promptTokens()).isEqualTo(run.number("in"));
        assertThat(met.completionTokens()).isEqualTo(run.number("out"));
        assertThat(response.path("usage").path("input_tokens").asLong()).isEqualTo(met.promptTokens());
        assertThat(response.path("usage").path("output_tokens").asLong()).isEqualTo(met.completionTokens());
    }

    private static void costIsTokensTimesPrice(JsonNode response, List<Row> rows) {
        PriceList prices = PriceList.forProvider("openai");
        long micros = 0;
        for (Row row : Books.of(rows, "L#")) {
            var usage = new Usage(
                    row.number("in"),
                    row.number("cached"),
                    row.number("cacheWrite"),
                    row.number("out"),
                    row.number("reasoning"),
                    false);
            var cost = prices.cost(MODEL, usage, Instant.ofEpochMilli(row.number("at")));
            assertThat(row.number("cost")).isEqualTo(cost.micros());
            assertThat(row.text("prices")).isEqualTo(prices.version());
            micros += row.number("cost");
        }
        assertThat(response.path("turnpike").path("cost_usd").decimalValue())
                .isEqualByComparingTo(BigDecimal.valueOf(micros, 6))
                .isPositive();
    }
}
