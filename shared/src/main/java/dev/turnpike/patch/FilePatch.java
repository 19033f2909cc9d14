package dev.turnpike.patch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a patch says of one file.
///
/// @param from null for a file that is new
/// @param to null for one that is deleted; another path than `from` when it is moved
/// @param executable null when nothing is said about it
/// @param hunks none when only its name or its mode changes
public record FilePatch(
        @Nullable String from,
        @Nullable String to,
        @Nullable Boolean executable,
        List<Hunk> hunks) {
    public FilePatch {
        hunks = List.copyOf(hunks);
    }

    /// The path to speak of it by.
    public String name() {
        return to != null ? to : String.valueOf(from);
    }

    /// @param line where the old lines begin, from 1; 0 when it is not said
    /// @param after lines that come somewhere before it, in this order
    /// @param atEnd whether it ends where the file ends
    public record Hunk(int line, List<String> after, List<Line> lines, boolean atEnd) {
        public Hunk {
            after = List.copyOf(after);
            lines = List.copyOf(lines);
        }

        /// What the file has there.
        List<Line> old() {
            return lines.stream().filter(line -> line.sort() != Sort.ADDED).toList();
        }
    }

    /// @param text without the end of the line
    /// @param ends whether the line has an end, as all but the last of a file have
    public record Line(Sort sort, String text, boolean ends) {
        Line withoutEnd() {
            return new Line(sort, text, false);
        }
    }

    public enum Sort {
        KEPT,
        REMOVED,
        ADDED
    }
}
