package dev.turnpike.stack;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A function's zip as Lambda treats it: unpacked, with the modes that it carries.
public final class FunctionZip {
    private FunctionZip() {}

    /// @param root the folder of the whole project
    /// @return the folder that it was unpacked to, which is `/var/task` on Lambda
    /// @throws IOException when it has not been built since the code changed, with what to do then
    public static Path unpack(Path root, String function, Path target) throws IOException {
        Path zip = root.resolve("functions").resolve(function).resolve("target/function.zip");
        if (!Files.exists(zip)
                || isNewer(root.resolve("shared/target/classes"), zip)
                || isNewer(zip.resolveSibling("classes"), zip)) {
            throw new IOException(
                    "%s is missing or older than the code. Build it with mvn -q -DskipTests package".formatted(zip));
        }
        Path task = Files.createDirectories(target.resolve(function));
        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true))) {
            copy(files.getPath("/"), task);
        }
        return task;
    }

    /// Whether code was compiled after the zip was made; it would be a surprise that the old one runs.
    private static boolean isNewer(Path classes, Path zip) throws IOException {
        FileTime made = Files.getLastModifiedTime(zip);
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .anyMatch(file -> file.toFile().lastModified() > made.toMillis());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(file));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    public static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
