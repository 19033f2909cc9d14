package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// All processes that began with a command, read from `/proc`: children of this JVM, theirs, and those that it adopted.
final class Descendants implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");

    /// Together two seconds and more. A killed process is gone within microseconds; one that waits for a disk takes
    /// longer.
    private static final int ROUNDS = 400;

    private static final int PAUSE_MILLIS = 5;

    private final int self = Math.toIntExact(ProcessHandle.current().pid());
    private final long command;

    /// @param command the one that Java started: it is Java's to reap, or it would never hear of its end
    Descendants(Process command) {
        this(command.pid());
    }

    private Descendants(long command) {
        this.command = command;
    }

    /// At the end of this process, when nobody waits for a command any more.
    static Descendants ofAll() {
        return new Descendants(0);
    }

    /// @param state as `/proc` says it: `Z` has ended and waits to be reaped
    private record Entry(int pid, int parent, char state) {}

    /// What they use now.
    ///
    /// @param memoryBytes that are not files' own pages
    record Use(int processes, long memoryBytes) {}

    Use use() {
        List<Integer> living = living();
        return new Use(
                living.size(),
                living.stream().mapToLong(Descendants::memoryBytes).sum());
    }

    /// Ends them all. Each is stopped before any is killed: what is stopped forks no more, and so a fork bomb ends.
    ///
    /// @throws DirtyBoxException some live on
    @Override
    public void close() {
        Set<Integer> stopped = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> living = living();
            if (living.isEmpty()) {
                return;
            }
            boolean fresh = stopped.addAll(living);
            int signal = fresh ? Kernel.SIGSTOP : Kernel.SIGKILL;
            living.forEach(pid -> Kernel.kill(pid, signal));
            if (!fresh) {
                pause();
            }
        }
        throw new DirtyBoxException("processes of a command can't be ended");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException _) {
            // Nothing is more urgent than that they end.
        }
    }

    /// Those that have ended already are reaped on the way.
    private List<Integer> living() {
        Map<Integer, List<Entry>> children = new HashMap<>();
        for (Entry entry : all()) {
            children.computeIfAbsent(entry.parent(), _ -> new ArrayList<>()).add(entry);
        }
        List<Integer> living = new ArrayList<>();
        List<Integer> open = new ArrayList<>(List.of(self));
        while (!open.isEmpty()) {
            int parent = open.removeLast();
            for (Entry child : children.getOrDefault(parent, List.of())) {
                if (child.state() != 'Z' && child.state() != 'X') {
                    living.add(child.pid());
                } else if (parent == self && child.pid() != command) {
                    Kernel.reap(child.pid());
                }
                open.add(child.pid());
            }
        }
        return living;
    }

    private static List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                read(folder, entries);
            }
        } catch (IOException e) {
            throw new IllegalStateException("/proc can't be read", e);
        }
        return entries;
    }

    private static void read(Path folder, List<Entry> entries) {
        try {
            String stat = Files.readString(folder.resolve("stat"), ISO_8859_1);
            // The name in parentheses is the process's to choose, spaces and parentheses included.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
            int pid = Integer.parseInt(String.valueOf(folder.getFileName()));
            entries.add(new Entry(pid, Integer.parseInt(fields[1]), fields[0].charAt(0)));
        } catch (IOException _) {
            // It ended meanwhile.
        }
    }

    private static long memoryBytes(int pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/status"), ISO_8859_1)
                            .lines()
                            .filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .sum()
                    * 1024;
        } catch (IOException _) {
            return 0; // It ended meanwhile.
        }
    }
}
