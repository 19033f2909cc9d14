package dev.turnpike.emulator;

import dev.turnpike.usage.UsageStoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoUsageStoreTest extends UsageStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open() {
        return TABLES.usageStores(clock);
    }
}
