package dev.turnpike.emulator;

import dev.turnpike.access.AccessContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoAccessTest extends AccessContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected AccessStores open() {
        return TABLES.access();
    }
}
