package dev.turnpike.cache;

import dev.turnpike.fake.MemoryAnswerStore;

class MemoryAnswerStoreTest extends AnswerStoreContract {
    @Override
    protected AnswerStore open() {
        return new MemoryAnswerStore();
    }
}
