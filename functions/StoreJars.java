import static java.util.stream.Collectors.groupingBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Makes a function's `lib` folder: its libraries, and its own classes with those it shares as `turnpike.jar`.
///
/// Nothing in these jars is compressed. A start that loads thousands of classes then inflates none of them, and the zip
/// around the jars gets smaller, since it compresses them as a whole. Our own classes are in a jar because they are
/// read
/// faster from one than from single files, and because an AOT cache knows no folders. The times are fixed and the
/// entries
/// sorted, so that every machine makes the same bytes.
///
/// Run by the build: `java StoreJars.java <target/lib> <class path> <time of all entries>`
final class StoreJars {
    private static final String OWN = "turnpike.jar";

    private StoreJars() {}

    public static void main(String[] arguments) throws IOException {
        Path lib = Path.of(arguments[0]);
        LocalDateTime time = LocalDateTime.ofInstant(Instant.parse(arguments[2]), ZoneOffset.UTC);
        List<Path> sources = Stream.of(arguments[1].split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        if (sources.stream().noneMatch(Files::isDirectory)) {
            return; // A module without classes of its own is no function.
        }
        Map<String, List<Path>> jars = sources.stream().collect(groupingBy(StoreJars::jarOf));
        Files.createDirectories(lib);
        deleteOthers(lib, jars.keySet());
        for (var jar : jars.entrySet()) {
            Path target = lib.resolve(jar.getKey());
            if (!isNewer(target, jar.getValue())) {
                store(entries(jar.getValue()), target, time);
            }
        }
    }

    /// A library's earlier version would be deployed beside the new one.
    private static void deleteOthers(Path lib, Set<String> jars) throws IOException {
        try (Stream<Path> files = Files.list(lib)) {
            for (Path file : files.toList()) {
                if (!jars.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String jarOf(Path source) {
        String name = source.getFileName().toString();
        return Files.isDirectory(source) || name.startsWith("turnpike-") ? OWN : name;
    }

    private static boolean isNewer(Path target, List<Path> sources) throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(target);
        for (Path source : sources) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : files.toList()) {
                    if (Files.getLastModifiedTime(file).compareTo(made) > 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static Map<String, byte[]> entries(List<Path> sources) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        for (Path source : sources) {
            if (Files.isDirectory(source)) {
                add(source, entries);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(source)) {
                    add(jar.getPath("/"), entries);
                }
            }
        }
        if (sources.stream().anyMatch(source -> jarOf(source).equals(OWN))) {
            // They tell of the builder's machine.
            entries.keySet()
                    .removeIf(name -> name.startsWith("META-INF/maven/") || name.equals("META-INF/MANIFEST.MF"));
        }
        return entries;
    }

    private static void add(Path root, Map<String, byte[]> entries) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            entries.put(root.relativize(file).toString().replace(File.separatorChar, '/'), Files.readAllBytes(file));
        }
    }

    private static void store(Map<String, byte[]> entries, Path target, LocalDateTime time) throws IOException {
        try (var jar = new ZipOutputStream(Files.newOutputStream(target))) {
            for (var content : entries.entrySet()) {
                var entry = new ZipEntry(content.getKey());
                var crc = new CRC32();
                crc.update(content.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.getValue().length);
                entry.setCrc(crc.getValue());
                entry.setTimeLocal(time);
                jar.putNextEntry(entry);
                jar.write(content.getValue());
                jar.closeEntry();
            }
        }
    }
}
