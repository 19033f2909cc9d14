package dev.turnpike.access;

import java.util.Arrays;
import java.util.List;

/// A list of names in which `*` stands for any characters, such as `gpt-4o*,ft:*`.
///
/// @param patterns none blank; an empty list matches nothing
public record NamePatterns(List<String> patterns) {
    public NamePatterns {
        patterns = List.copyOf(patterns);
    }

    public static NamePatterns parse(String commaSeparated) {
        return new NamePatterns(Arrays.stream(commaSeparated.split(",", -1))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList());
    }

    /// The names in it that are no patterns.
    public List<String> plain() {
        return patterns.stream().filter(pattern -> !pattern.contains("*")).toList();
    }

    /// Letters count as they are: `GPT-4o` is not `gpt-4o`.
    public boolean matches(String name) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, name));
    }

    /// Looks for the pieces between the stars from left to right. The first must begin the name, the last must end
    /// it.
    private static boolean matches(String pattern, String name) {
        List<String> pieces = Arrays.asList(pattern.split("\\*", -1));
        String first = pieces.getFirst();
        if (pieces.size() == 1) {
            return name.equals(first);
        }
        String last = pieces.getLast();
        int end = name.length() - last.length();
        if (!name.startsWith(first) || !name.endsWith(last) || end < first.length()) {
            return false;
        }
        int from = first.length();
        for (String piece : pieces.subList(1, pieces.size() - 1)) {
            int at = name.indexOf(piece, from);
            if (at < 0 || at + piece.length() > end) {
                return false;
            }
            from = at + piece.length();
        }
        return true;
    }
}
