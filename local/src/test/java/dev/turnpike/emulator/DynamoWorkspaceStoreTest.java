package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.check.ConversationCheck;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.WorkspaceStoreContract;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

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

    private List<String> violations(ConversationKey key) {
        var check = new ConversationCheck(PriceList.forProvider("openai"));
        return check.check(TABLES.checked(clock).read(key), clock.instant()).violations().stream()
                .map(Object::toString)
                .toList();
    }

    private Map<String, AttributeValue> row(String prefix) {
        return TABLES.everything().stream()
                .filter(row -> Objects.requireNonNull(row.get("sk")).s().startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }

    private void spoil(String prefix, String attribute, AttributeValue value) {
        Map<String, AttributeValue> row = new HashMap<>(row(prefix));
        row.put(attribute, value);
        TABLES.put(row);
    }

    private ConversationKey withFiles() {
        ConversationKey key = madeConversation();
        write(key, null, "one", file("large", noise(900_000)), file("small", "1"));
        for (int i = 2; i < 8; i++) {
            write(key, null, "key-" + i, file("small", "text " + i), file("file-" + i, "new"));
        }
        workspaces.forgetOlder(workspaces.load(key), 4);
        assertThat(violations(key)).isEmpty();
        return key;
    }

    @Test
    void totalsThatAreWrongAreFound() {
        ConversationKey key = withFiles();
        spoil("W", "bytes", AttributeValue.fromN("7"));

        assertThat(violations(key)).singleElement().asString().contains("I17", "says 7 bytes");
    }

    @Test
    void aHeadThatIsNotTheNewestRevisionIsFound() {
        ConversationKey key = withFiles();
        spoil("W", "revision", AttributeValue.fromN("9"));

        assertThat(violations(key)).anySatisfy(found -> assertThat(found).contains("I17", "revision 7: should be 9"));
    }

    @Test
    void aContentThatIsNotThereIsFound() {
        ConversationKey key = withFiles();
        TABLES.delete(row("W#C#"));

        assertThat(violations(key))
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found).contains("I17", "lacks the content"));
    }

    @Test
    void aKeyThatLeadsToAnotherRevisionIsFound() {
        ConversationKey key = withFiles();
        spoil("W#K#", "revision", AttributeValue.fromN("6"));

        assertThat(violations(key)).anySatisfy(found -> assertThat(found).contains("I17"));
    }

    @Test
    void aRevisionThatIsNotThereIsFound() {
        ConversationKey key = withFiles();
        TABLES.delete(row("W#R#0000000006"));

        assertThat(violations(key))
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found).contains("I17"));
    }
}
