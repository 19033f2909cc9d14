package dev.turnpike.emulator;

import dev.turnpike.provider.BreakerStore;
import dev.turnpike.provider.BreakerStoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoBreakerStoreTest extends BreakerStoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected BreakerStore open() {
        return TABLES.breakers();
    }
}
