package dev.turnpike.emulator;

import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStoreContract;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoRunStoreTest extends RunStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }
}
