package dev.turnpike.run;

import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.MemoryWorkspaceStore;
import dev.turnpike.fake.MemoryWorkspaceStore.Surroundings;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.Duration;
import java.time.InstantSource;

class MemoryWorkspaceStoreTest extends WorkspaceStoreContract {
    private MemoryStore store = new MemoryStore(clock, TIME_TO_LIVE, new PortCalls());

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        store = new MemoryStore(clock, timeToLive, new PortCalls());
        return new Stores(store, store);
    }

    @Override
    protected WorkspaceStore workspaces(InstantSource clock) {
        return new MemoryWorkspaceStore(clock, Surroundings.of(store));
    }
}
