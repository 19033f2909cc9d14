package dev.turnpike.enclosure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The sandbox function on this machine: a few processes, each with one command at a time and warm for the next, as
/// Lambda keeps them.
public final class LocalSandbox implements AutoCloseable {
    private static final int PROCESSES = 4;
    private static final int MEGABYTES = 1_024;
    private static final Duration LONGEST = Duration.ofMinutes(11);

    private final Layout layout;
    private final Walls walls;
    private final Semaphore places = new Semaphore(PROCESSES);
    private final Deque<SandboxProcess> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger started = new AtomicInteger();

    private LocalSandbox(Layout layout, List<Walls> tried) throws IOException {
        this.layout = layout;
        this.walls = strongest(tried);
    }

    /// Starts a first process, behind the strongest walls that this machine offers.
    ///
    /// @throws IOException it offers none, as it is not Linux
    public static LocalSandbox start() throws IOException {
        // Root without walls could be asked to do anything to this machine.
        boolean root = System.getProperty("user.name").equals("root");
        return start(Stream.of(Walls.values())
                .filter(walls -> walls != Walls.NONE || !root)
                .toList());
    }

    /// @param tried in this order
    static LocalSandbox start(List<Walls> tried) throws IOException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new IOException("the sandbox needs Linux");
        }
        Layout layout = Layout.make();
        try {
            return new LocalSandbox(layout, tried);
        } catch (IOException e) {
            layout.delete();
            throw e;
        }
    }

    private Walls strongest(List<Walls> tried) throws IOException {
        List<String> failures = new ArrayList<>();
        for (Walls candidate : tried) {
            try {
                idle.add(launch(candidate));
                return candidate;
            } catch (IOException e) {
                failures.add(candidate + ": " + e.getMessage());
            }
        }
        throw new IOException("the sandbox does not start on this machine; " + String.join("; ", failures));
    }

    private SandboxProcess launch(Walls candidate) throws IOException {
        int number = started.getAndIncrement();
        boolean namespaces = candidate.namespaces();
        Path scratch = namespaces ? Path.of("/tmp") : layout.scratch(number);
        Path task = namespaces ? Path.of("/task") : layout.place().task();
        String classPath =
                layout.jars().stream().map(jar -> task.resolve(jar).toString()).collect(Collectors.joining(":"));
        List<String> java = List.of(
                layout.place().javaHome().resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+DisableAttachMechanism",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx384m",
                "-cp",
                classPath,
                "dev.turnpike.sandbox.SandboxMain",
                scratch.toString(),
                "alone",
                Integer.toString(MEGABYTES));
        return SandboxProcess.start(candidate.around(java, layout.place(), number));
    }

    /// What an operator has to know of how commands are kept apart here.
    public String plainly() {
        return walls.plainly();
    }

    /// As the function is called: JSON in, JSON out. Waits while all processes are busy.
    ///
    /// @throws IOException the process has ended; the next call gets another
    public byte[] call(byte[] request) throws IOException {
        places.acquireUninterruptibly();
        try {
            SandboxProcess warm = idle.poll();
            SandboxProcess process = warm == null ? launch(walls) : warm;
            byte[] answer = process.call(request, LONGEST);
            idle.push(process);
            return answer;
        } finally {
            places.release();
        }
    }

    @Override
    public void close() throws IOException {
        for (SandboxProcess process = idle.poll(); process != null; process = idle.poll()) {
            process.close();
        }
        layout.delete();
    }
}
