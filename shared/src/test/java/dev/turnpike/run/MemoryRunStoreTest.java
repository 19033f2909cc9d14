package dev.turnpike.run;

import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.PortCalls;
import java.time.Duration;
import java.time.InstantSource;

class MemoryRunStoreTest extends RunStoreContract {
    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        var store = new MemoryStore(clock, timeToLive, new PortCalls());
        return new Stores(store, store);
    }
}
