package dev.turnpike.emulator;

import dev.turnpike.run.ConversationStoreContract;
import dev.turnpike.run.RunRequest;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoConversationStoreTest extends ConversationStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }
}
