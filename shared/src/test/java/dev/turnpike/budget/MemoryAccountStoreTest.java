package dev.turnpike.budget;

import dev.turnpike.access.Cap;
import dev.turnpike.fake.MemoryAccountStore;
import dev.turnpike.fake.PortCalls;
import java.util.List;

class MemoryAccountStoreTest extends AccountStoreContract {
    private final MemoryAccountStore memory = new MemoryAccountStore(new PortCalls());

    @Override
    protected AccountStore open() {
        return memory;
    }

    @Override
    protected RunPlaces places() {
        return memory;
    }

    @Override
    protected void give(Account account, List<Cap> caps) {
        memory.cap(
                account,
                caps.stream().filter(cap -> cap.scope() == account.scope()).toArray(Cap[]::new));
    }
}
