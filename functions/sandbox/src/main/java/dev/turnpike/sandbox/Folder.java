package dev.turnpike.sandbox;

import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The folder that a command finds its files in.
final class Folder {
    private static final Set<PosixFilePermission> PLAIN = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;
    private final Map<String, SandboxFile> given = new HashMap<>();

    /// @param root an empty folder
    Folder(Path root) {
        this.root = root;
    }

    /// @throws IllegalArgumentException a path leads out of the folder, or two can't be beside each other
    void unpack(List<SandboxFile> files) throws IOException {
        for (SandboxFile file : files) {
            Path path = inside(file.path());
            try {
                Files.createDirectories(path.getParent());
                // The folder is fresh and holds no links, so that what is new in it is inside.
                Files.write(path, file.content(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "a file can't be made: " + e.getClass().getSimpleName(), e);
            }
            Files.setPosixFilePermissions(path, file.executable() ? EXECUTABLE : PLAIN);
            given.put(file.path(), file);
        }
        if (given.containsKey(".git/HEAD")) {
            // Folders without files are not kept, and git knows a repository by these two.
            Files.createDirectories(root.resolve(".git/objects"));
            Files.createDirectories(root.resolve(".git/refs"));
        }
    }

    private Path inside(String path) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("a path that is not one of a file inside");
            }
        }
        try {
            return root.resolve(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("a path that this machine does not know", e);
        }
    }

    /// What is different now. Nothing may run in it any more.
    FolderChanges changes() throws IOException {
        var walk = new FolderWalk(root);
        Files.walkFileTree(root, walk);
        var changes = new FolderChanges(walk.skipped());
        for (Map.Entry<String, Path> found : walk.files().entrySet()) {
            compare(found.getKey(), found.getValue(), changes);
        }
        given.keySet().stream()
                .filter(path -> !Files.isRegularFile(root.resolve(path), LinkOption.NOFOLLOW_LINKS))
                .sorted()
                .forEach(changes.deleted()::add);
        return changes;
    }

    private void compare(String path, Path file, FolderChanges changes) throws IOException {
        SandboxFile before = given.get(path);
        boolean executable = Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
        byte[] content = changes.hasRoomFor(Files.size(file)) ? Files.readAllBytes(file) : null;
        if (content == null) {
            changes.skipped().add(new Skipped(path, Reason.TOO_LARGE));
        } else if (before == null || before.executable() != executable || !Arrays.equals(before.content(), content)) {
            changes.add(new SandboxFile(path, content, executable));
        }
    }
}
