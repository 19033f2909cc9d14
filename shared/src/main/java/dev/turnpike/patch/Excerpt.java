package dev.turnpike.patch;

import dev.turnpike.tool.ToolText;
import java.util.List;

/// Lines of a file as they are shown to a model.
final class Excerpt {
    private static final int MOST_CHARS = 160;

    private Excerpt() {}

    static String shortened(String line) {
        String head = ToolText.head(line, MOST_CHARS);
        return head.length() < line.length() ? head + "…" : head;
    }

    /// @param from index of the first line
    /// @param to index behind the last one
    static String of(List<String> lines, int from, int to) {
        StringBuilder shown = new StringBuilder();
        for (int i = Math.max(0, from); i < Math.min(to, lines.size()); i++) {
            shown.append("%5d  %s%n".formatted(i + 1, shortened(lines.get(i))).replace("\r\n", "\n"));
        }
        return shown.toString();
    }
}
