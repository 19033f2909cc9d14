package dev.turnpike.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// One line of a table: `row | case | request | expected`.
///
/// @param subject the row of the contract that the case belongs to
/// @param says what the case shows of it
record Row(String subject, String says, String request, String expected) {
    /// @param table name of a resource beside this class
    static List<Row> read(String table) {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(Row.class.getResourceAsStream(table), table)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    rows.add(parse(line));
                }
            }
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        return rows;
    }

    private static Row parse(String line) {
        String[] columns = line.split(" \\| ", -1);
        if (columns.length != 4) {
            throw new AssertionError("not four columns: " + line);
        }
        return new Row(columns[0].strip(), columns[1].strip(), columns[2].strip(), columns[3].strip());
    }

    @Override
    public String toString() {
        return subject + ": " + says;
    }
}
