package dev.turnpike.usage;

import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.MemoryUsageStore;
import dev.turnpike.fake.PortCalls;
import java.time.Duration;

class MemoryUsageStoreTest extends UsageStoreContract {
    @Override
    protected Stores open() {
        var calls = new PortCalls();
        var store = new MemoryStore(clock, Duration.ofDays(30), calls);
        return new Stores(store, new MemoryUsageStore(store, calls));
    }
}
