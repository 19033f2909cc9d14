package dev.turnpike.access;

import dev.turnpike.fake.MemoryAccess;

class MemoryAccessTest extends AccessContract {
    @Override
    protected AccessStores open() {
        var access = new MemoryAccess();
        return new AccessStores(access.keys, access.accounts, access.attempts, access.audit);
    }
}
