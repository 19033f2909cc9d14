package dev.turnpike.patch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes what differs between two texts as a unified diff.
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    /// Beyond it, everything between the first and the last difference is told as replaced.
    private static final long MOST_COMPARED = 2_000_000;

    private final List<String> before;
    private final List<String> after;

    private UnifiedDiff(TextLines before, TextLines after) {
        this.before = shown(before);
        this.after = shown(after);
    }

    /// @param before null for a file that is not there
    /// @return empty when nothing differs
    public static String of(String path, @Nullable String before, @Nullable String after) {
        String head = "--- %s\n+++ %s\n"
                .formatted(before == null ? "/dev/null" : "a/" + path, after == null ? "/dev/null" : "b/" + path);
        String hunks = new UnifiedDiff(
                        TextLines.of(before == null ? "" : before), TextLines.of(after == null ? "" : after))
                .hunks();
        return hunks.isEmpty() && (before == null) == (after == null) ? "" : head + hunks;
    }

    /// A line without an end is another one than the same line with it.
    private static List<String> shown(TextLines lines) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String end = lines.ends().get(i);
            shown.add(lines.texts().get(i)
                    + (end.isEmpty() ? "\n\\ No newline at end of file" : end.equals("\r\n") ? "\r" : ""));
        }
        return shown;
    }

    /// @param mark space, `-` or `+`
    private record Line(char mark, String text) {}

    private String hunks() {
        List<Line> lines = lines();
        StringBuilder hunks = new StringBuilder();
        int at = 0;
        while (at < lines.size()) {
            int first = nextChange(lines, at);
            if (first == lines.size()) {
                break;
            }
            int from = Math.max(at, first - CONTEXT);
            int last = first;
            int next = first;
            while (next < lines.size() && next - last <= 2 * CONTEXT) {
                last = next;
                next = nextChange(lines, next + 1);
            }
            int to = Math.min(lines.size(), last + 1 + CONTEXT);
            write(lines, from, to, hunks);
            at = to;
        }
        return hunks.toString();
    }

    private static int nextChange(List<Line> lines, int from) {
        int at = from;
        while (at < lines.size() && lines.get(at).mark == ' ') {
            at++;
        }
        return at;
    }

    private static void write(List<Line> lines, int from, int to, StringBuilder hunks) {
        int oldBefore = count(lines.subList(0, from), '+');
        int newBefore = count(lines.subList(0, from), '-');
        int oldLines = count(lines.subList(from, to), '+');
        int newLines = count(lines.subList(from, to), '-');
        hunks.append("@@ -%d,%d +%d,%d @@\n"
                .formatted(
                        oldLines == 0 ? oldBefore : oldBefore + 1,
                        oldLines,
                        newLines == 0 ? newBefore : newBefore + 1,
                        newLines));
        lines.subList(from, to)
                .forEach(line -> hunks.append(line.mark).append(line.text).append('\n'));
    }

    private static int count(List<Line> lines, char but) {
        return (int) lines.stream().filter(line -> line.mark != but).count();
    }

    private List<Line> lines() {
        int start = 0;
        int oldEnd = before.size();
        int newEnd = after.size();
        while (start < oldEnd && start < newEnd && before.get(start).equals(after.get(start))) {
            start++;
        }
        while (oldEnd > start && newEnd > start && before.get(oldEnd - 1).equals(after.get(newEnd - 1))) {
            oldEnd--;
            newEnd--;
        }
        List<Line> lines = new ArrayList<>();
        before.subList(0, start).forEach(text -> lines.add(new Line(' ', text)));
        between(before.subList(start, oldEnd), after.subList(start, newEnd), lines);
        before.subList(oldEnd, before.size()).forEach(text -> lines.add(new Line(' ', text)));
        return lines;
    }

    private static void between(List<String> old, List<String> now, List<Line> lines) {
        int[][] common = (long) old.size() * now.size() > MOST_COMPARED ? new int[0][0] : common(old, now);
        int i = 0;
        int j = 0;
        while (common.length > 0 && i < old.size() && j < now.size()) {
            if (old.get(i).equals(now.get(j))) {
                lines.add(new Line(' ', old.get(i++)));
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                lines.add(new Line('-', old.get(i++)));
            } else {
                lines.add(new Line('+', now.get(j++)));
            }
        }
        old.subList(i, old.size()).forEach(text -> lines.add(new Line('-', text)));
        now.subList(j, now.size()).forEach(text -> lines.add(new Line('+', text)));
    }

    /// The length of the longest common subsequence from each pair of places on.
    private static int[][] common(List<String> old, List<String> now) {
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(now.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
