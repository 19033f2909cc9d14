package dev.turnpike.local;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reads the very zips that are deployed. `mvn verify` makes them first; a build that stops before that skips this.
class ZipTest {
    private static final Path FUNCTIONS = Path.of(System.getProperty("turnpike.root"), "functions");
    private static final long MEGABYTE = 1024 * 1024;

    /// Libraries that cost start-up time, that belong to tests, or that may not be shipped.
    private static final List<String> UNWANTED = List.of(
            "netty",
            "apache-client",
            "apache5-client",
            "httpclient",
            "httpcore",
            "aws-crt",
            "junit",
            "assertj",
            "testcontainers",
            "DynamoDBLocal",
            "elasticmq",
            "pekko",
            "palantir",
            "error_prone",
            "turnpike-");

    static List<String> functions() throws IOException {
        try (Stream<Path> folders = Files.list(FUNCTIONS)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void ourClassesAreOneJarBesideTheLibraries(String function) throws IOException {
        try (FileSystem zip = open(function);
                FileSystem own = FileSystems.newFileSystem(zip.getPath("/lib/turnpike.jar"))) {
            assertThat(names(own.getPath("/dev/turnpike/" + function)))
                    .anyMatch(name -> name.endsWith("Handler.class"));
            assertThat(own.getPath("/dev/turnpike/wiring/Settings.class")).exists();
            assertThat(names(zip.getPath("/lib"))).allMatch(name -> name.endsWith(".jar"));
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void nothingThatIsNotNeededIsDeployedAndNothingTwice(String function) throws IOException {
        try (FileSystem zip = open(function)) {
            Set<String> jars = names(zip.getPath("/lib"));

            assertThat(jars).noneMatch(jar -> UNWANTED.stream().anyMatch(jar::contains));
            Map<String, List<String>> versions =
                    jars.stream().collect(groupingBy(jar -> jar.replaceFirst("-[0-9].*", "")));
            assertThat(versions).allSatisfy((name, found) -> assertThat(found).hasSize(1));
        }
        assertThat(Files.size(zipOf(function))).isLessThan(30 * MEGABYTE);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void whatLambdaExecutesIsExecutableAndNothingElseIs(String function) throws IOException {
        try (FileSystem zip = open(function);
                Stream<Path> entries = Files.walk(zip.getPath("/"))) {
            List<Path> files = entries.filter(Files::isRegularFile).toList();
            for (Path file : files) {
                boolean script = Files.exists(FUNCTIONS.resolve(function + "/src/main/lambda" + file));
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                assertThat(mode).as(file.toString()).isEqualTo(script ? "rwxr-xr-x" : "rw-r--r--");
                if (script) {
                    assertThat(Files.readString(file)).startsWith("#!/").doesNotContain("\r");
                }
            }
        }
    }

    /// Times and modes are what two builds of one commit would differ in.
    @ParameterizedTest
    @MethodSource("functions")
    void everyEntryHasTheSameTime(String function) throws IOException {
        try (FileSystem zip = open(function);
                FileSystem own = FileSystems.newFileSystem(zip.getPath("/lib/turnpike.jar"));
                Stream<Path> entries = Files.walk(zip.getPath("/"));
                Stream<Path> ownEntries = Files.walk(own.getPath("/"))) {
            Set<Object> times = new TreeSet<>();
            for (Path entry : Stream.concat(entries, ownEntries).toList()) {
                if (Files.isRegularFile(entry)) {
                    times.add(Files.getLastModifiedTime(entry));
                }
            }
            assertThat(times).hasSize(1);
        }
    }

    private static FileSystem open(String function) throws IOException {
        assumeThat(FUNCTIONS.resolve(function + "/target/function.jar"))
                .as("packaged by mvn package")
                .exists();
        return FileSystems.newFileSystem(zipOf(function), Map.of("enablePosixFileAttributes", true));
    }

    private static Path zipOf(String function) {
        return FUNCTIONS.resolve(function + "/target/function.zip");
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(toCollection(TreeSet::new));
        }
    }
}
