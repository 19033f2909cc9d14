package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.replay.EventLog;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.replay.EventLogContract;
import dev.turnpike.run.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventRowsTest extends EventLogContract {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected EventLog open(InstantSource clock) {
        return TABLES.eventLog(clock);
    }

    @Override
    protected void delete(ConversationKey conversation, Instant now) {
        TABLES.delete(conversation, now);
    }

    @Test
    void noPartOfALongBatchIsLeftBehindADeletion() {
        EventLog log = open(() -> NOON);
        var run = new RunKey(new ConversationKey("tenant-1", "b".repeat(26)), "1".repeat(26));
        delete(run.conversation(), NOON);

        var batch = new Batch(0, 1, 1, false, "long ".repeat(200_000));
        assertThat(log.append(run, batch, NOON.plus(Duration.ofDays(1)))).isFalse();

        assertThat(TABLES.everything())
                .singleElement()
                .satisfies(row -> assertThat(row.get("sk")).hasToString("AttributeValue(S=META)"));
    }
}
