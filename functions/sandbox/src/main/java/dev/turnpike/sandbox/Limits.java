package dev.turnpike.sandbox;

import java.time.Duration;

/// What one command may take.
///
/// @param longest time, whatever is asked for
/// @param outputBytes of what it prints that may be asked for
/// @param memoryBytes of it and all that it started
/// @param diskBytes of the disk, wherever it writes
/// @param processes at one time
record Limits(Duration longest, int outputBytes, long memoryBytes, long diskBytes, int processes) {
    private static final long MEGABYTE = 1024 * 1024;

    /// What this JVM, the files and the answer take of a function's memory.
    private static final int OURS_MEGABYTES = 448;

    static Limits withMemory(int functionMegabytes) {
        long memory = Math.max(functionMegabytes - OURS_MEGABYTES, 128) * MEGABYTE;
        return new Limits(Duration.ofMinutes(10), 512 * 1024, memory, 256 * MEGABYTE, 350);
    }

    Limits within(Duration rest) {
        Duration less = rest.compareTo(longest) < 0 ? rest : longest;
        return new Limits(less, outputBytes, memoryBytes, diskBytes, processes);
    }
}
