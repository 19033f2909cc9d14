package dev.turnpike.stack;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What the command line says.
record Flags(int port, Optional<Path> directory, boolean processes, OptionalInt environments, boolean help) {
    static final String HELP = """
        Starts Turnpike on this machine. With Maven, flags go into -Dargs="...".

          --port N           the port to listen on, 0 for any free one; 8080 if not said
          --persist [DIR]    keep the table and the API key in DIR, .turnpike if not said; otherwise all is in memory
          --processes        run each function in processes of its own, from the zips that are deployed
          --environments N   at most N execution environments of one function; 64, or 4 with --processes
          --help             say this

        OPENAI_API_KEY, OPENAI_BASE_URL and MODEL choose a model provider; without them a demo model answers.
        The other settings of template.yaml count too; REQUESTS_PER_MINUTE is 0 here, any number, if not said.
        SANDBOX=on lets commands run, in processes that see nothing of this machine where it can wall them in.
        AWS_ENDPOINT_URL chooses an AWS-compatible endpoint in place of the emulators.
        """;

    /// @throws IllegalArgumentException with a message for whoever typed it
    static Flags parse(String... arguments) {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(arguments));
        Flags flags = new Flags(8080, Optional.empty(), false, OptionalInt.empty(), false);
        while (!rest.isEmpty()) {
            flags = flags.with(rest.remove(), rest);
        }
        return flags;
    }

    private Flags with(String flag, Deque<String> rest) {
        return switch (flag) {
            case "--port" -> new Flags(number(flag, rest, 0, 65_535), directory, processes, environments, help);
            case "--persist" -> new Flags(port, Optional.of(folder(rest)), processes, environments, help);
            case "--processes" -> new Flags(port, directory, true, environments, help);
            case "--environments" ->
                new Flags(port, directory, processes, OptionalInt.of(number(flag, rest, 1, 1_000)), help);
            case "--help", "-h" -> new Flags(port, directory, processes, environments, true);
            default -> throw new IllegalArgumentException("There is no flag " + flag + ". --help lists them.");
        };
    }

    private static int number(String flag, Deque<String> rest, int least, int most) {
        String value = rest.isEmpty() ? "" : rest.remove();
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Says the same as a number out of range.
        }
        throw new IllegalArgumentException("%s takes a number from %d to %d.".formatted(flag, least, most));
    }

    private static Path folder(Deque<String> rest) {
        return Path.of(rest.isEmpty() || rest.peek().startsWith("--") ? ".turnpike" : rest.remove());
    }

    StackOptions options(Map<String, String> environment) {
        StackOptions options = StackOptions.defaults()
                .withPort(port)
                .withEnvironments(environments.orElse(processes ? 4 : 64))
                .withEnvironment(environment);
        options = processes ? options.withProcesses() : options;
        return directory.isPresent() ? options.withDirectory(directory.get()) : options;
    }
}
