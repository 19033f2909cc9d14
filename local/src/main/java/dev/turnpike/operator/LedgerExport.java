package dev.turnpike.operator;

import dev.turnpike.usage.Charge;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Writes ledger rows for other programs to read: JSON lines, or CSV as RFC 4180 has it.
final class LedgerExport {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private LedgerExport() {}

    /// @return how many rows there were
    static long json(Stream<Charge> rows, Writer to) throws IOException {
        return lines(rows, to, charge -> MAPPER.writeValueAsString(values(charge)) + "\n");
    }

    private static Map<String, @Nullable Object> values(Charge charge) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        LedgerColumn.ALL.forEach(
                column -> values.put(column.name(), column.value().apply(charge)));
        return values;
    }

    /// @return how many rows there were, the header not counted
    static long csv(Stream<Charge> rows, Writer to) throws IOException {
        to.write(LedgerColumn.ALL.stream().map(LedgerColumn::name).collect(Collectors.joining(",")) + "\r\n");
        return lines(
                rows,
                to,
                charge -> LedgerColumn.ALL.stream()
                        .map(column -> field(column.value().apply(charge)))
                        .collect(Collectors.joining(",", "", "\r\n")));
    }

    private static long lines(Stream<Charge> rows, Writer to, Function<Charge, String> line) throws IOException {
        long count = 0;
        for (Iterator<Charge> each = rows.iterator(); each.hasNext(); count++) {
            to.write(line.apply(each.next()));
        }
        return count;
    }

    /// Names of users come from outside. A spreadsheet would run what begins like a formula: an apostrophe makes it a
    /// text.
    static String field(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        if (value instanceof String && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0) {
            text = "'" + text;
        }
        boolean quoted = text.chars().anyMatch(each -> ",\"\r\n".indexOf(each) >= 0);
        return quoted ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
    }
}
