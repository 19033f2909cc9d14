package dev.turnpike.sandbox;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The words that start a command. What is a program's text goes into a file, as a word has to be short.
///
/// @param words the program and its arguments
record CommandLine(List<String> words) {
    private static final List<Path> FOLDERS = Stream.of("/usr/local/bin", "/usr/bin", "/bin", "/var/lang/bin")
            .map(Path::of)
            .toList();

    private static final String OWN_GROUP = "setsid";

    /// Limits of every process: no memory dumps, open files, processes of the user, kilobytes of a file, kilobytes of
    /// data. Shells differ in how they call the third.
    private static final String LIMITS = """
        { ulimit -c 0; ulimit -n 1024; ulimit -u 400 || ulimit -p 400; ulimit -f 262144; ulimit -d 1572864; } 2>/dev/null
        exec "$@"
        """;

    /// @param text where the command's text is put
    /// @return empty when this machine lacks what it takes
    static Optional<CommandLine> of(SandboxCommand command, Path text) throws IOException {
        return switch (command) {
            case SandboxCommand.Shell(String script) -> {
                Files.writeString(text, script);
                yield Optional.of(limited(List.of(shell(), text.toString())));
            }
            case SandboxCommand.Git(GitOperation operation) ->
                Optional.of(limited(java(GitProgram.class, GitWords.of(operation))));
            case SandboxCommand.Code(SandboxCommand.Language language, String source) -> {
                Files.writeString(text, source);
                yield code(language, text).map(CommandLine::limited);
            }
        };
    }

    private static Optional<List<String>> code(SandboxCommand.Language language, Path text) {
        return switch (language) {
            case PYTHON -> program("python3").map(python -> List.of(python, "-I", "-B", text.toString()));
            case JAVA ->
                ModuleFinder.ofSystem().find("jdk.jshell").map(_ -> java(JavaProgram.class, List.of(text.toString())));
        };
    }

    /// Of the JDK that runs this.
    private static List<String> java(Class<?> program, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+DisableAttachMechanism",
                "-Xshare:auto",
                "-Xmx320m",
                "-cp",
                classPath(),
                program.getName()));
        words.addAll(arguments);
        return words;
    }

    private static String classPath() {
        return SandboxJars.all().stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    /// Whether commands get a process group of their own, so that what they send to their group does not reach this
    /// JVM.
    static boolean hasOwnGroup() {
        return program(OWN_GROUP).isPresent();
    }

    private static CommandLine limited(List<String> command) {
        List<String> words = new ArrayList<>(List.of(shell(), "-c", LIMITS, "limits"));
        program(OWN_GROUP).ifPresent(words::add);
        words.addAll(command);
        return new CommandLine(List.copyOf(words));
    }

    private static String shell() {
        return program("bash").orElse("/bin/sh");
    }

    private static Optional<String> program(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
