package dev.turnpike.emulator;

import dev.turnpike.replay.EventLog;
import dev.turnpike.replay.EventLogContract;
import java.time.InstantSource;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventRowsTest extends EventLogContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected EventLog open(InstantSource clock) {
        return TABLES.eventLog(clock);
    }
}
