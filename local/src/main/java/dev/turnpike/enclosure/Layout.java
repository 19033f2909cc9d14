package dev.turnpike.enclosure;

import dev.turnpike.sandbox.SandboxJars;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// What sandbox processes are started from: a folder that every user may read, with copies of the few jars that they
/// need. The originals may lie where only their owner looks.
///
/// @param folder all of it
/// @param jars of the copies, relative to the folder that holds them
record Layout(Path folder, List<String> jars) {
    private static final String SCRIPT = "enclose.sh";

    static Layout make() throws IOException {
        Path folder = Files.createTempDirectory("turnpike-sandbox");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(folder.resolve("root"));
        Files.createDirectory(folder.resolve("task"));
        try (InputStream script = Objects.requireNonNull(Layout.class.getResourceAsStream(SCRIPT))) {
            Files.copy(script, folder.resolve(SCRIPT));
        }
        List<String> jars = new ArrayList<>();
        for (Path jar : SandboxJars.all()) {
            String name = jars.size() + "-" + jar.getFileName();
            copy(jar, folder.resolve("task").resolve(name));
            jars.add(name);
        }
        return new Layout(folder, List.copyOf(jars));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (isNeeded(file)) {
                    Files.copy(file, copy);
                }
            }
        }
    }

    /// Of a folder of classes, which holds all that the functions share.
    private static boolean isNeeded(Path file) {
        String path = file.toString();
        return !path.endsWith(".class")
                || Stream.of("/sandbox/", "/json/", "/lambda/", "/tool/").anyMatch(path::contains);
    }

    Walls.Place place() {
        return new Walls.Place(
                folder.resolve(SCRIPT),
                folder.resolve("root"),
                folder.resolve("task"),
                Path.of(System.getProperty("java.home")));
    }

    /// Where commands may write when they see this machine's files; each process has its own.
    Path scratch(int number) throws IOException {
        Path scratch = folder.resolve("scratch-" + number);
        if (Files.notExists(scratch)) {
            Files.createDirectory(scratch);
            Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        return scratch;
    }

    void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
