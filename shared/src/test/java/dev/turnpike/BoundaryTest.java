package dev.turnpike;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.flatMapping;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What may know what, read from the sources.
///
/// The local stack is held to the sizes and to the ban on cycles only: it exists to start things up.
class BoundaryTest {
    private static final Pattern OURS = Pattern.compile("\\bdev\\.turnpike\\.([a-z]+)\\.");
    private static final Pattern PLACE =
            Pattern.compile("(.*)/src/main/java/dev/turnpike/([a-z]+)/[A-Za-z0-9-]+\\.java");

    /// What each package of the shared module may name, from the ones that know nothing of ours to the one
    /// that knows all. A new package gets its place here.
    private static final Map<String, Set<String>> MAY_NAME = mayName();

    /// Packages of more than 20 files, and how far each may grow. These are one subject each, told in small
    /// values; in `aws` one class for each kind of row; in `api` one for each thing with routes; in `wiring`
    /// one for each group of settings and of parts; in `remote` what each of three kinds of tools needs; in the
    /// sandbox one for each thing that Linux, git and Java want. One more needs such a reason.
    private static final Map<String, Integer> LARGER_PACKAGES = Map.of(
            "shared access", 26,
            "shared aws", 48,
            "shared model", 31,
            "shared remote", 24,
            "shared responses", 31,
            "shared wiring", 26,
            "functions/api api", 44,
            "functions/sandbox sandbox", 22,
            "local local", 40,
            "local bench", 22);

    private static Map<String, Set<String>> mayName() {
        Set<String> ground = Set.of("json", "sse", "tokens", "schema", "lambda", "access", "egress");
        Map<String, Set<String>> allowed = new TreeMap<>();
        ground.forEach(name -> allowed.put(name, Set.of()));
        allowed.put("tool", Set.of("schema"));
        allowed.put("conversation", Set.of("tokens"));
        allowed.put("ledger", Set.of("tokens", "access"));
        allowed.put("model", Set.of("conversation", "schema", "tool", "tokens", "sse", "json"));
        for (String name : List.of(
                "builtin",
                "patch",
                "workspace",
                "files",
                "sandbox",
                "remote",
                "policy",
                "provider",
                "cache",
                "run",
                "budget",
                "usage",
                "calls",
                "engine",
                "admission",
                "check",
                "responses",
                "completions",
                "replay",
                "aws",
                "wiring")) {
            allowed.put(name, Set.copyOf(allowed.keySet()));
        }
        return allowed;
    }

    private static final List<Path> FILES = Repository.filesEndingWith(".java").stream()
            .filter(file -> Repository.relative(file).contains("src/main/java/"))
            .toList();

    private static final List<Source> SOURCES =
            FILES.stream().map(Source::of).flatMap(Optional::stream).toList();

    /// @param module the folder that holds `src`
    /// @param packageName the one level below `dev.turnpike`
    /// @param code without line comments, because naming a class in a comment binds nobody
    private record Source(String path, String module, String packageName, List<String> code) {
        static Optional<Source> of(Path file) {
            String path = Repository.relative(file);
            Matcher place = PLACE.matcher(path);
            List<String> code = Repository.read(file)
                    .lines()
                    .map(line -> line.replaceFirst("(^|\\s)//.*", ""))
                    .toList();
            return place.matches()
                    ? Optional.of(new Source(path, place.group(1), place.group(2), code))
                    : Optional.empty();
        }

        boolean contains(String text) {
            return code.stream().anyMatch(line -> line.contains(text));
        }

        Set<String> otherPackages() {
            return code.stream()
                    .flatMap(line -> OURS.matcher(line).results())
                    .map(result -> result.group(1))
                    .filter(Predicate.not(packageName::equals))
                    .collect(toCollection(TreeSet::new));
        }

        Stream<String> namesOutside(Set<String> allowed) {
            return otherPackages().stream()
                    .filter(Predicate.not(allowed::contains))
                    .map(name -> path + " names " + name);
        }
    }

    @Test
    void everyClassLiesOneLevelBelowTheRootPackage() {
        assertThat(FILES.stream().map(Repository::relative))
                .containsExactlyElementsOf(SOURCES.stream().map(Source::path).toList());
    }

    @Test
    void everySharedPackageHasItsPlace() {
        assertThat(in("shared").map(Source::packageName).distinct()).isSubsetOf(MAY_NAME.keySet());
    }

    @Test
    void aSharedPackageNamesOnlyPackagesBelowIt() {
        assertThat(in("shared")
                        .flatMap(source -> source.namesOutside(MAY_NAME.getOrDefault(source.packageName(), Set.of()))))
                .isEmpty();
    }

    @Test
    void aFunctionNamesNoOtherFunction() {
        assertThat(in("functions/").flatMap(source -> source.namesOutside(MAY_NAME.keySet())))
                .isEmpty();
    }

    @Test
    void noPackagesNameEachOtherInACircle() {
        Map<String, Set<String>> names = SOURCES.stream()
                .collect(groupingBy(
                        Source::packageName,
                        TreeMap::new,
                        flatMapping(source -> source.otherPackages().stream(), toCollection(TreeSet::new))));

        assertThat(names.keySet())
                .filteredOn(name -> reachableFrom(name, names).contains(name))
                .isEmpty();
    }

    @Test
    void theAwsSdkIsNamedByItsAdaptersAndTheWiringOnly() {
        assertThat(deployedOutside(Set.of("aws", "wiring"), "software.amazon.awssdk"))
                .isEmpty();
    }

    @Test
    void httpIsSpokenByTheModelClientAndByToolsOnly() {
        assertThat(deployedOutside(Set.of("model", "tool"), "java.net.http")).isEmpty();
    }

    @Test
    void theEnvironmentIsReadByTheWiringOnly() {
        assertThat(deployedOutside(Set.of("wiring"), "System.getenv")).isEmpty();
    }

    @Test
    void filesStaySmall() {
        assertThat(SOURCES.stream().map(Source::path))
                .filteredOn(path -> lines(path) > 350)
                .isEmpty();
        assertThat(in("functions/").map(Source::path))
                .filteredOn(path -> path.endsWith("Handler.java") && lines(path) > 60)
                .isEmpty();
        assertThat(Repository.filesEndingWith("pom.xml").stream().map(Repository::relative))
                .filteredOn(path -> path.matches("functions/[^/]+/pom.xml") && lines(path) > 25)
                .isEmpty();
    }

    @Test
    void packagesStaySmall() {
        Map<String, Long> files = SOURCES.stream()
                .filter(source -> !source.path().endsWith("package-info.java"))
                .collect(groupingBy(source -> source.module() + " " + source.packageName(), counting()));

        assertThat(files.entrySet())
                .filteredOn(entry -> entry.getValue() > LARGER_PACKAGES.getOrDefault(entry.getKey(), 20))
                .isEmpty();
    }

    private static Stream<Source> in(String module) {
        return SOURCES.stream().filter(source -> source.module().startsWith(module));
    }

    private static Stream<String> deployedOutside(Set<String> packages, String text) {
        return SOURCES.stream()
                .filter(source -> !source.module().equals("local"))
                .filter(source -> !packages.contains(source.packageName()))
                .filter(source -> source.contains(text))
                .map(Source::path);
    }

    private static long lines(String path) {
        return Repository.read(Repository.path(path)).lines().count();
    }

    private static Set<String> reachableFrom(String start, Map<String, Set<String>> names) {
        Set<String> seen = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(names.getOrDefault(start, Set.of()));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (seen.add(next)) {
                open.addAll(names.getOrDefault(next, Set.of()));
            }
        }
        return seen;
    }
}
