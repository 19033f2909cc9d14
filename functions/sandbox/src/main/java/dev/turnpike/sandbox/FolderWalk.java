package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds the regular files of a folder. It follows no link, opens nothing that is special, and gives up after so many.
final class FolderWalk extends SimpleFileVisitor<Path> {
    private static final int MAX_ENTRIES = 20_000;
    private static final int MAX_PATH_CHARS = 1_024;
    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final Map<String, Path> files = new TreeMap<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private int entries;

    FolderWalk(Path root) {
        this.root = root;
    }

    /// By path as the workspace writes it.
    Map<String, Path> files() {
        return files;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
        if (folder.toString().length() - root.toString().length() > MAX_PATH_CHARS) {
            skip(folder, Reason.NAME);
            return FileVisitResult.SKIP_SUBTREE;
        }
        if (!Files.getPosixFilePermissions(folder).containsAll(OWNERS)) {
            Files.setPosixFilePermissions(folder, OWNERS);
        }
        return counted();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        String path = root.relativize(file).toString();
        if (attributes.isSymbolicLink()) {
            skip(file, Reason.LINK);
        } else if (!attributes.isRegularFile()) {
            skip(file, Reason.SPECIAL);
        } else if (path.length() > MAX_PATH_CHARS || path.indexOf('\ufffd') >= 0) {
            skip(file, Reason.NAME);
        } else {
            readable(file);
            files.put(path, file);
        }
        return counted();
    }

    private static void readable(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.add(PosixFilePermission.OWNER_READ)) {
            Files.setPosixFilePermissions(file, permissions);
        }
    }

    /// Deeper than paths can be long, or not listable under the name that it seems to have.
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        skip(file, Reason.NAME);
        return counted();
    }

    private FileVisitResult counted() {
        entries++;
        if (entries <= MAX_ENTRIES) {
            return FileVisitResult.CONTINUE;
        }
        skip(root, Reason.TOO_MANY);
        return FileVisitResult.TERMINATE;
    }

    private void skip(Path path, Reason reason) {
        if (skipped.size() >= 100) {
            return; // Enough to see what is wrong.
        }
        String text = root.relativize(path).toString();
        String valid = new String(text.getBytes(UTF_8), UTF_8);
        skipped.add(new Skipped(valid.length() > MAX_PATH_CHARS ? valid.substring(0, MAX_PATH_CHARS) : valid, reason));
    }
}
