package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.WorkspaceStoreContract;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoWorkspaceStoreTest extends WorkspaceStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    @Override
    protected WorkspaceStore workspaces(InstantSource clock) {
        return TABLES.workspaces(clock);
    }

    @Test
    void nothingIsLeftOfTheFilesOfADeletedConversation() {
        ConversationKey key = madeConversation();
        write(key, null, "one", file("large", noise(900_000)), file("small", "1"));
        write(key, null, "two", file("small", "2"));

        conversations.delete(key, clock.instant());

        assertThat(TABLES.everything())
                .extracting(row -> Objects.requireNonNull(row.get("sk")).s())
                .containsExactly("META");
    }

    @Test
    void everyRowOfAWorkspaceExpires() {
        ConversationKey key = madeConversation();
        write(key, null, "one", file("large", noise(900_000)), file("small", "1"));

        assertThat(TABLES.everything())
                .filteredOn(row -> Objects.requireNonNull(row.get("sk")).s().startsWith("W"))
                .hasSizeGreaterThan(5)
                .allSatisfy(row -> assertThat(Long.parseLong(
                                Objects.requireNonNull(row.get("ttl")).n()))
                        .isEqualTo(NOON.plus(TIME_TO_LIVE.multipliedBy(2)).getEpochSecond()));
    }
}
