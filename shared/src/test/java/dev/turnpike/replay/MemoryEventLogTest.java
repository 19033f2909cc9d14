package dev.turnpike.replay;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.MemoryEventLog;
import dev.turnpike.fake.PortCalls;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

class MemoryEventLogTest extends EventLogContract {
    private @Nullable MemoryEventLog log;

    @Override
    protected EventLog open(InstantSource clock) {
        log = new MemoryEventLog(clock, new PortCalls());
        return log;
    }

    @Override
    protected void delete(ConversationKey conversation, Instant now) {
        if (log != null) {
            log.delete(conversation);
        }
    }
}
