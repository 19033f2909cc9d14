package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.run.ConversationStoreContract;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoConversationStoreTest extends ConversationStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    @AfterEach
    void letGo() {
        TABLES.throttle().atMost(Integer.MAX_VALUE);
    }

    @Test
    void aConversationIsDeletedInBatches() {
        Run run = ended(newRun(70), message("Over."));
        TABLES.throttle().atMost(Integer.MAX_VALUE);

        conversations.delete(run.key().conversation(), clock.instant());

        // 71 items and the run.
        assertThat(TABLES.throttle().batches()).isEqualTo(3);
        assertOnlyTheLedgerRemains();
    }

    @Test
    void whatAThrottledTableLeavesOfABatchIsDeletedLater() {
        Run run = ended(newRun(70), message("Over."));
        TABLES.throttle().atMost(10);

        conversations.delete(run.key().conversation(), clock.instant());

        assertThat(TABLES.throttle().batches()).isGreaterThan(3);
        assertOnlyTheLedgerRemains();
    }

    /// And the tombstone.
    private void assertOnlyTheLedgerRemains() {
        assertThat(TABLES.everything())
                .extracting(row -> Objects.requireNonNull(row.get("sk")).s().replaceFirst("#.*", ""))
                .containsExactlyInAnyOrder("L", "META");
    }
}
