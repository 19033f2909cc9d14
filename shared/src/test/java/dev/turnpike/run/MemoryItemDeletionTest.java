package dev.turnpike.run;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.PortCalls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

class MemoryItemDeletionTest extends ItemDeletionContract {
    private MemoryStore store = new MemoryStore(clock, TIME_TO_LIVE, new PortCalls());

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        store = new MemoryStore(clock, timeToLive, new PortCalls());
        return new Stores(store, store);
    }

    @Override
    protected List<String> violations(ConversationKey key) {
        return Invariants.violations(store).stream().map(Object::toString).toList();
    }

    @Override
    protected String everything() {
        return store.snapshot();
    }
}
