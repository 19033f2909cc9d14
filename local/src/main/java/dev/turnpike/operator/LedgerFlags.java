package dev.turnpike.operator;

import dev.turnpike.ledger.PriceList;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the command line of the ledger says.
///
/// @param action `export` or `recompute`
/// @param values by their flags, the dashes left out
/// @param providers as [CheckFlags] takes them
record LedgerFlags(String action, Map<String, String> values, List<String> providers, boolean help) {
    private static final Set<String> FLAGS =
            Set.of("--table", "--tenant", "--from", "--to", "--format", "--out", "--region", "--endpoint");

    static final String HELP = """
        export      writes every charged call of a period, those of deleted conversations included
        recompute   computes the cost of each again, from its tokens, its tier and the prices of its version

          --table NAME          the table; the environment's TABLE_NAME if not said
          --tenant T            whose
          --from DAY, --to DAY  the first day and the last, by UTC, as 2026-11-01
          --format jsonl|csv    of an export; jsonl if not said
          --out FILE            where an export goes; to the terminal if not said
          --region R            the table's region; from the environment if not said
          --endpoint URL        the local stack's table, or another AWS-compatible endpoint
          --provider P          whose prices are charged: an id of the price list or a base URL; openai if not said
          --provider NAME=P     the same for a further provider of this name; may be repeated
          --help                say this

        Ends with 0 when all is well, 1 when a cost differs, 2 when it could not be done.
        """;

    /// @throws IllegalArgumentException with a message for whoever typed it
    static LedgerFlags parse(String... arguments) {
        if (Stream.of(arguments).anyMatch(each -> each.equals("--help") || each.equals("-h"))) {
            return new LedgerFlags("", Map.of(), List.of(), true);
        }
        if (arguments.length == 0 || !Set.of("export", "recompute").contains(arguments[0])) {
            throw new IllegalArgumentException("Say ledger export or ledger recompute. --help lists the flags.");
        }
        Map<String, String> values = new HashMap<>();
        List<String> providers = new ArrayList<>();
        for (int i = 1; i < arguments.length; i += 2) {
            String value = value(arguments, i);
            if (arguments[i].equals("--provider")) {
                providers.add(value);
            } else {
                values.put(arguments[i].substring(2), value);
            }
        }
        String table = System.getenv("TABLE_NAME");
        if (table != null) {
            values.putIfAbsent("table", table);
        }
        var flags = new LedgerFlags(arguments[0], Map.copyOf(values), List.copyOf(providers), false);
        flags.check();
        return flags;
    }

    private static String value(String[] arguments, int at) {
        if (!FLAGS.contains(arguments[at]) && !arguments[at].equals("--provider")) {
            throw new IllegalArgumentException("There is no flag " + arguments[at] + ". --help lists them.");
        }
        if (at + 1 == arguments.length || arguments[at + 1].startsWith("--")) {
            throw new IllegalArgumentException(arguments[at] + " takes a value.");
        }
        return arguments[at + 1];
    }

    private void check() {
        for (String needed : List.of("table", "tenant", "from", "to")) {
            needed(needed);
        }
        if (last().isBefore(first())) {
            throw new IllegalArgumentException("--to lies before --from.");
        }
        if (!Set.of("jsonl", "csv").contains(values.getOrDefault("format", "jsonl"))) {
            throw new IllegalArgumentException("--format is jsonl or csv.");
        }
        if (action.equals("recompute") && (values.containsKey("format") || values.containsKey("out"))) {
            throw new IllegalArgumentException("--format and --out are for an export.");
        }
    }

    private String needed(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("Say --" + name + ". --help lists the flags.");
        }
        return value;
    }

    private LocalDate day(String name) {
        try {
            return LocalDate.parse(needed(name));
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException("--" + name + " is a day, such as 2026-11-01.");
        }
    }

    String table() {
        return needed("table");
    }

    String tenant() {
        return needed("tenant");
    }

    LocalDate first() {
        return day("from");
    }

    LocalDate last() {
        return day("to");
    }

    boolean csv() {
        return values.getOrDefault("format", "jsonl").equals("csv");
    }

    @Nullable
    Path out() {
        String file = values.get("out");
        return file == null ? null : Path.of(file);
    }

    @Nullable
    String region() {
        return values.get("region");
    }

    @Nullable
    URI endpoint() {
        String url = values.get("endpoint");
        return url == null ? null : URI.create(url);
    }

    PriceList prices() {
        return new CheckFlags(null, List.of(), List.of(), null, null, providers, false).prices();
    }
}
