package dev.turnpike.provider;

import dev.turnpike.fake.MemoryBreakerStore;

class MemoryBreakerStoreTest extends BreakerStoreContract {
    @Override
    protected BreakerStore open() {
        return new MemoryBreakerStore();
    }
}
