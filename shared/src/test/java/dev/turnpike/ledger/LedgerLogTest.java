package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.tokens.Usage;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LedgerLogTest {
    @Test
    void theLineNamesTokensAndModel() {
        assertThat(LedgerLog.line(row(Usage.reported(12, 4, 30, 7))))
                .isEqualTo("OpenAI tokens: prompt=12, completion=30, total=42, model=gpt-4o-mini");
    }

    @Test
    void theLineSaysThatTokensAreEstimated() {
        assertThat(LedgerLog.line(row(Usage.estimated(1_200, 3))))
                .isEqualTo("OpenAI tokens: prompt=1200, completion=3, total=1203, model=gpt-4o-mini, estimated");
    }

    private static LedgerRow row(Usage usage) {
        return new LedgerRow(
                "resp_1",
                Payer.UNKNOWN,
                0,
                1,
                LedgerRow.State.SETTLED,
                "gpt-4o-mini",
                "",
                false,
                usage,
                Cost.unknown("2026-11"),
                Amount.NONE,
                250,
                Instant.EPOCH);
    }
}
