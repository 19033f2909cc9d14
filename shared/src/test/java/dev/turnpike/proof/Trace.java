package dev.turnpike.proof;

import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.SettableClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// What happened in a history, one line for each call of a port.
final class Trace {
    private static final int LAST_LINES = 60;

    private final SettableClock clock;
    private final List<String> lines = new ArrayList<>();
    private int faults;

    Trace(SettableClock clock) {
        this.clock = clock;
    }

    void add(String actor, String call, @Nullable Fault fault) {
        lines.add(clock.instant() + " " + actor + " " + call + (fault == null ? "" : " " + fault));
        faults += fault == null ? 0 : 1;
    }

    void note(String what) {
        lines.add(clock.instant() + " " + what);
    }

    int calls() {
        return lines.size();
    }

    int faults() {
        return faults;
    }

    /// The same for the same history.
    String hash() {
        var crc = new CRC32();
        lines.forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return "%08x".formatted(crc.getValue());
    }

    /// How it ended.
    String tail() {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
