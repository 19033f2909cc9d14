package dev.turnpike.operator;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What the command line of the prices says.
///
/// @param model shown; null to list the providers
/// @param provider an id of the price list, or a base URL; null for all
/// @param newer a file whose prices are taken in place of the project's
/// @param version of the newer prices; null to name them by the date
/// @param file the project's price file
record PricesFlags(
        @Nullable String model,
        @Nullable String provider,
        @Nullable Path newer,
        @Nullable String version,
        Path file,
        boolean help) {
    private static final Path PROJECT = Path.of("shared/src/main/resources/dev/turnpike/ledger/prices.json");

    static final String HELP = """
        Shows what models cost. With Maven, arguments go into -Dargs="prices ...".

          MODEL             all prices of this model; without it, the providers and how many models each has
          --provider P      of this provider only: an id of the price list or a base URL
          --import FILE     take newer prices: genai-prices' data.json, or a file like the project's. Providers that the
                            project does not list are left out; service tiers stay where the newer file has none
          --version V       what to call the newer prices; the date if not said
          --file FILE       another price file than the project's
          --help            say this

        Ends with 0, with 1 when nothing was found, with 2 when it could not be done. Nothing is written unless all of it is right.
        """;

    /// @throws IllegalArgumentException with a message for whoever typed it
    static PricesFlags parse(String... arguments) {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(arguments));
        var flags = new PricesFlags(null, null, null, null, PROJECT, false);
        while (!rest.isEmpty()) {
            flags = flags.with(rest.remove(), rest);
        }
        if (flags.newer != null && flags.model != null) {
            throw new IllegalArgumentException("Say a model or --import, not both. --help lists the flags.");
        }
        return flags;
    }

    private PricesFlags with(String flag, Deque<String> rest) {
        return switch (flag) {
            case "--provider" -> new PricesFlags(model, value(flag, rest), newer, version, file, help);
            case "--import" -> new PricesFlags(model, provider, Path.of(value(flag, rest)), version, file, help);
            case "--version" -> new PricesFlags(model, provider, newer, value(flag, rest), file, help);
            case "--file" -> new PricesFlags(model, provider, newer, version, Path.of(value(flag, rest)), help);
            case "--help", "-h" -> new PricesFlags(model, provider, newer, version, file, true);
            default -> {
                if (flag.startsWith("-") || model != null) {
                    throw new IllegalArgumentException("\"" + flag + "\" means nothing here. --help lists the flags.");
                }
                yield new PricesFlags(flag, provider, newer, version, file, help);
            }
        };
    }

    private static String value(String flag, Deque<String> rest) {
        if (rest.isEmpty() || rest.peek().startsWith("--")) {
            throw new IllegalArgumentException(flag + " takes a value.");
        }
        return rest.remove();
    }
}
