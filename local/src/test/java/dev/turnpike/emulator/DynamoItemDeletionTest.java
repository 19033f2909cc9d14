package dev.turnpike.emulator;

import dev.turnpike.aws.CheckedRows;
import dev.turnpike.check.ConversationCheck;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.ItemDeletionContract;
import dev.turnpike.run.RunRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoItemDeletionTest extends ItemDeletionContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    @Override
    protected List<String> violations(ConversationKey key) {
        CheckedRows rows = TABLES.checked(clock);
        var check = new ConversationCheck(PriceList.forProvider("openai"));
        return check.check(rows.read(key), clock.instant()).violations().stream()
                .map(Object::toString)
                .toList();
    }

    @Override
    protected String everything() {
        return TABLES.everything().toString();
    }
}
