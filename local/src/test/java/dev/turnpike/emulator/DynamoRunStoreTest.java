package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStore.ToolRecord;
import dev.turnpike.run.RunStoreContract;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoRunStoreTest extends RunStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    @Test
    void allRowsOfARunButItsLedgerExpire() {
        Run run = acquired(created(newRun(
                conversation(),
                new NewRun.Place.NewConversation(null),
                List.of(message(noise(600_000))),
                null,
                new NewRun.Idempotency("key", "request"))));
        runs.intend(run, new ToolRecord(0, "pay", "key", null));
        runs.saveToolResult(run, new ToolRecord(1, "look", "key", result("call_1")));
        committed(commit(run, List.of(result("call_1")), row(run, 1, 1), finish(StopReason.ANSWERED)));

        var lasting = TABLES.everything().stream()
                .filter(row -> !row.containsKey("ttl"))
                .map(row -> Objects.requireNonNull(row.get("sk")).s());
        assertThat(TABLES.everything()).hasSize(10);
        assertThat(lasting).singleElement().asString().startsWith("L#");
    }
}
