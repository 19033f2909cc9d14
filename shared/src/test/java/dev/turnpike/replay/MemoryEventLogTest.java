package dev.turnpike.replay;

import dev.turnpike.fake.MemoryEventLog;
import dev.turnpike.fake.PortCalls;
import java.time.InstantSource;

class MemoryEventLogTest extends EventLogContract {
    @Override
    protected EventLog open(InstantSource clock) {
        return new MemoryEventLog(clock, new PortCalls());
    }
}
