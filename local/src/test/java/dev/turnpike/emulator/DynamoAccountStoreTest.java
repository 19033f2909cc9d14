package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.AccountStore;
import dev.turnpike.budget.AccountStoreContract;
import dev.turnpike.budget.Hold;
import dev.turnpike.budget.RunPlaces;
import dev.turnpike.fake.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoAccountStoreTest extends AccountStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    private final SettableClock clock = new SettableClock(NOON);

    @Override
    protected AccountStore open() {
        return TABLES.accountStore(clock);
    }

    @Override
    protected RunPlaces places() {
        return (RunPlaces) store;
    }

    @Override
    protected void give(Account account, List<Cap> caps) {
        TABLES.put(Map.of(
                "pk", AttributeValue.fromS("T#" + account.tenant()),
                "sk", AttributeValue.fromS("ACCOUNT"),
                "caps",
                        AttributeValue.fromL(caps.stream()
                                .map(cap -> AttributeValue.fromS(cap.toString()))
                                .toList())));
    }

    @Test
    void aKeysAccountIsTheKeysOwnRow() {
        store.hold(new Account("tenant-1", Scope.KEY, "abc234"), hold(0, 600, 60), List.of());

        assertThat(TABLES.everything()).singleElement().satisfies(row -> {
            assertThat(row).containsEntry("pk", AttributeValue.fromS("KEY#abc234"));
            assertThat(row).containsEntry("sk", AttributeValue.fromS("KEY"));
            assertThat(row).containsEntry("tok_d20261128", AttributeValue.fromN("60"));
            assertThat(row).doesNotContainKey("ttl");
        });
    }

    @Test
    void whatAConversationAndItsRunsUseExpiresSomeDay() {
        store.hold(new Account("tenant-1", Scope.CONVERSATION, "c"), hold(0, 600, 60), List.of());
        store.hold(new Account("tenant-1", Scope.RUN, "c/r"), hold(0, 600, 60), List.of());

        assertThat(TABLES.everything()).hasSize(2).allSatisfy(row -> {
            assertThat(row).containsEntry("pk", AttributeValue.fromS("T#tenant-1#C#c#ACCOUNT"));
            assertThat(row).containsKey("ttl");
        });
    }

    @Test
    void periodsThatAreLongOverAreClearedAway() {
        Instant at = NOON;
        for (int i = 0; i < 40; i++) {
            at = at.plus(Duration.ofHours(12));
            clock.advanceTo(at);
            Hold hold = hold(i, 600, 60, at);
            store.hold(TENANT, hold, List.of());
            store.settle(TENANT, hold, new Amount(1, 1));
        }

        assertThat(TABLES.everything()).singleElement().satisfies(row -> {
            assertThat(row).hasSizeLessThan(40);
            assertThat(row).containsEntry("tok_total", AttributeValue.fromN("40"));
        });
    }
}
