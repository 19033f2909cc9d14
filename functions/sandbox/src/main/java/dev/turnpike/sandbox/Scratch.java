package dev.turnpike.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The disk, where commands may write, as it was before the first of them.
final class Scratch {
    private static final int DELETE_SECONDS = 60;

    private final Path root;
    private final boolean alone;
    private final Confinement confinement;
    private final Set<Path> kept;

    /// @param root such as `/tmp`
    /// @param alone whether nobody else writes there: then whatever is new there is a command's
    Scratch(Path root, boolean alone, Confinement confinement) throws IOException {
        this.root = root;
        this.alone = alone;
        this.confinement = confinement;
        this.kept = names();
    }

    /// Where one command is: its files in `work`, and `home` and `tmp` beside them, empty.
    record Place(Scratch scratch, Path root) implements AutoCloseable {
        Path folder(String name) {
            return root.resolve(name);
        }

        /// Takes away all that is here, and whatever else the command left. Nothing of it may run any more.
        ///
        /// @throws DirtyBoxException something is left
        @Override
        public void close() throws IOException {
            scratch.clean(root);
        }
    }

    Place place() throws IOException {
        Path place = Files.createTempDirectory(root, "box");
        for (String folder : List.of("work", "home", "tmp")) {
            Files.createDirectory(place.resolve(folder));
        }
        return new Place(this, place);
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    private void clean(Path place) throws IOException {
        boolean clean = delete(place);
        if (alone) {
            for (Path left : names()) {
                clean &= kept.contains(left) || delete(left);
            }
        }
        if (!clean) {
            throw new DirtyBoxException("files of a command can't be deleted");
        }
    }

    private Set<Path> names() throws IOException {
        if (!alone) {
            return Set.of();
        }
        try (Stream<Path> names = Files.list(root)) {
            return names.collect(Collectors.toUnmodifiableSet());
        }
    }

    private boolean delete(Path path) throws IOException {
        try {
            Files.walkFileTree(path, new Deletion());
        } catch (IOException _) {
            // A folder that may not be entered, or that lies deeper than a path can say. These programs go step by
            // step.
            run("chmod", "-R", "u+rwx", path.toString());
            run("rm", "-rf", path.toString());
        }
        return Files.notExists(path);
    }

    private void run(String... words) throws IOException {
        var command = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        command.environment().clear();
        command.environment().put("PATH", "/usr/bin:/bin");
        Process process = confinement.start(command);
        try {
            if (!process.waitFor(DELETE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly(); // What is left is seen.
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
