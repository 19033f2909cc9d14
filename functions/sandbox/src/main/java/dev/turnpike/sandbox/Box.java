package dev.turnpike.sandbox;

import dev.turnpike.sandbox.SandboxAnswer.Ending;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs commands, one at a time, so that nothing of one is left for the next.
public final class Box {
    private static final int LOOK_MILLIS = 50;
    private static final long SPARE_DISK_BYTES = 8L * 1024 * 1024;
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

    private final Confinement confinement;
    private final Scratch scratch;

    /// Closes this JVM to what it will run.
    ///
    /// @param root where commands may write, such as `/tmp`
    /// @param alone whether nobody else writes there
    /// @throws IllegalStateException the machine can't confine commands; none may run then
    public Box(Path root, boolean alone) throws IOException {
        this.confinement = Confinement.ofThisProcess();
        this.scratch = new Scratch(root, alone, confinement);
    }

    /// @throws IllegalArgumentException the files can't be laid out
    /// @throws DirtyBoxException something of the command is left: this process must end without running another
    synchronized SandboxAnswer run(SandboxRequest request, Limits limits) throws IOException {
        long start = System.nanoTime();
        try (Scratch.Place place = scratch.place()) {
            var folder = new Folder(place.folder("work"));
            folder.unpack(request.files());
            Optional<CommandLine> command = CommandLine.of(request.command(), place.folder("command"));
            return command.isPresent()
                    ? run(command.get(), request, limits, folder, place, start)
                    : notStarted("This sandbox lacks what it takes to run that: " + lacking(request.command()) + ".");
        }
    }

    /// Ends what runs now, when this process is about to end.
    public void stop() {
        Descendants.ofAll().close();
    }

    private static String lacking(SandboxCommand command) {
        return switch (command) {
            case SandboxCommand.Code code ->
                switch (code.language()) {
                    case PYTHON -> "there is no python3";
                    case JAVA -> "its Java has no jdk.jshell module";
                };
            case SandboxCommand.Shell _, SandboxCommand.Git _ -> "a program is missing";
        };
    }

    private static SandboxAnswer notStarted(String why) {
        return new SandboxAnswer(new SandboxAnswer.NotStarted(why), "", Duration.ZERO, List.of(), List.of(), List.of());
    }

    private SandboxAnswer run(
            CommandLine command, SandboxRequest request, Limits limits, Folder folder, Scratch.Place place, long start)
            throws IOException {
        var output = new CappedOutput(Math.clamp(request.outputBytes(), 0, limits.outputBytes()));
        long freeBytes = scratch.freeBytes();
        Process process = confinement.start(builder(command, place));
        CompletableFuture<Void> read = CompletableFuture.runAsync(
                () -> output.readAll(process.getInputStream()),
                reader -> Thread.ofPlatform().start(reader));
        Ending ending;
        try (var descendants = new Descendants(process)) {
            ending = awaitEnd(process, descendants, limits.within(request.timeout()), freeBytes);
        }
        read.join(); // All who could print have ended: it reads what is left.
        FolderChanges changes = folder.changes();
        return new SandboxAnswer(
                ending,
                output.text(),
                Duration.ofNanos(System.nanoTime() - start),
                changes.written(),
                changes.deleted(),
                changes.skipped());
    }

    private static ProcessBuilder builder(CommandLine command, Scratch.Place place) {
        var builder = new ProcessBuilder(command.words())
                .directory(place.folder("work").toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        PATH,
                        "HOME",
                        place.folder("home").toString(),
                        "TMPDIR",
                        place.folder("tmp").toString(),
                        "LANG",
                        "C.UTF-8"));
        return builder;
    }

    private Ending awaitEnd(Process process, Descendants descendants, Limits limits, long freeBytes)
            throws IOException {
        long start = System.nanoTime();
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() - start >= limits.longest().toNanos()) {
                    return new SandboxAnswer.TimedOut();
                }
                Optional<String> excess = excess(descendants.use(), freeBytes - scratch.freeBytes(), limits);
                if (excess.isPresent()) {
                    return new SandboxAnswer.Killed(excess.get());
                }
            }
            return new SandboxAnswer.Exited(process.exitValue());
        } catch (InterruptedException _) {
            return new SandboxAnswer.TimedOut();
        }
    }

    private Optional<String> excess(Descendants.Use use, long diskBytes, Limits limits) throws IOException {
        if (use.processes() > limits.processes()) {
            return Optional.of("it had more than %,d processes".formatted(limits.processes()));
        }
        if (use.memoryBytes() > limits.memoryBytes()) {
            return Optional.of("it took more than %,d MB of memory".formatted(limits.memoryBytes() >> 20));
        }
        if (diskBytes > limits.diskBytes() || scratch.freeBytes() < SPARE_DISK_BYTES) {
            return Optional.of("it wrote more than %,d MB".formatted(limits.diskBytes() >> 20));
        }
        return Optional.empty();
    }
}
