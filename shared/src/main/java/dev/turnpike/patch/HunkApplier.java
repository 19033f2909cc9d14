package dev.turnpike.patch;

import dev.turnpike.patch.FilePatch.Hunk;
import dev.turnpike.patch.FilePatch.Line;
import dev.turnpike.patch.FilePatch.Sort;
import dev.turnpike.tool.ToolException;
import java.util.ArrayList;
import java.util.List;

/// Makes the changes of hunks in a text. Lines that stay are left as the text has them, ends included; lines that come
/// end as the text's lines do.
///
/// A hunk need not be where it says: the nearest place behind the one before it is taken where its old lines are,
/// exactly if there is any, or else but for blanks at their ends, or else without one or two of its outermost lines
/// that
/// stay.
public final class HunkApplier {
    private static final int MOST_LEFT_OUT = 2;

    /// Lines that are compared for all hunks of a file: some tenths of a second.
    private static final long MOST_LOOKS = 20_000_000;

    /// A long line counts for more.
    private static final int CHARACTERS_PER_LOOK = 32;

    private final String name;
    private final TextLines text;
    private final List<String> texts = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private int at;
    private long looks;

    private HunkApplier(String name, TextLines text) {
        this.name = name;
        this.text = text;
    }

    /// @param before what the file has; empty for a new one
    /// @throws ToolException which hunk has no place, and what the file has there
    public static String apply(FilePatch patch, String before) throws ToolException {
        HunkApplier applier = new HunkApplier(patch.name(), TextLines.of(before));
        for (int i = 0; i < patch.hunks().size(); i++) {
            applier.apply(patch.hunks().get(i), i + 1);
        }
        applier.copyTo(applier.text.size());
        return applier.result();
    }

    /// Where a hunk's old lines are, and how many of its outermost lines are not looked at.
    private record Place(int line, int leftOutBefore, int leftOutAfter) {}

    private void apply(Hunk hunk, int number) throws ToolException {
        int from = behindAnchors(hunk, number);
        List<Line> old = hunk.old();
        Place place = old.isEmpty() ? new Place(insertion(hunk, from), 0, 0) : place(hunk, old, from, number);
        copyTo(place.line);
        List<Line> lines =
                hunk.lines().subList(place.leftOutBefore, hunk.lines().size() - place.leftOutAfter);
        for (Line line : lines) {
            switch (line.sort()) {
                case KEPT -> copyTo(at + 1);
                case REMOVED -> at++;
                case ADDED -> add(line);
            }
        }
    }

    private void copyTo(int line) {
        for (; at < line; at++) {
            texts.add(text.texts().get(at));
            ends.add(text.ends().get(at));
        }
    }

    private void add(Line line) {
        texts.add(line.text());
        ends.add(line.ends() ? text.usualEnd() : "");
    }

    /// Only the last line of a text may lack its end.
    private String result() {
        for (int i = 0; i + 1 < ends.size(); i++) {
            if (ends.get(i).isEmpty()) {
                ends.set(i, text.usualEnd());
            }
        }
        return new TextLines(texts, ends).toString();
    }

    private int behindAnchors(Hunk hunk, int number) throws ToolException {
        int from = at;
        for (String anchor : hunk.after()) {
            int line = from;
            while (line < text.size() && !text.texts().get(line).strip().equals(anchor)) {
                line++;
            }
            if (line == text.size()) {
                throw new ToolException("hunk %d of %s has no place: there is no line \"%s\" from line %d on"
                        .formatted(number, name, Excerpt.shortened(anchor), from + 1));
            }
            from = line + 1;
        }
        return from;
    }

    /// A hunk without old lines names the line that it comes behind.
    private int insertion(Hunk hunk, int from) {
        if (hunk.line() > 0) {
            return Math.clamp(hunk.line(), from, Math.max(from, text.size()));
        }
        return hunk.after().isEmpty() ? text.size() : from;
    }

    private Place place(Hunk hunk, List<Line> old, int from, int number) throws ToolException {
        List<String> wanted = old.stream().map(Line::text).toList();
        int line = nearest(hunk, wanted, from, false);
        if (line < 0) {
            line = nearest(hunk, wanted, from, true);
        }
        if (line >= 0) {
            return new Place(line, 0, 0);
        }
        for (int leftOut = 1; leftOut <= MOST_LEFT_OUT; leftOut++) {
            int before = Math.min(leftOut, keptAtStart(hunk.lines()));
            int after = Math.min(leftOut, keptAtStart(hunk.lines().reversed()));
            if (before + after >= wanted.size() || before + after == 0) {
                break;
            }
            line = nearest(hunk, wanted.subList(before, wanted.size() - after), from, true);
            if (line >= 0) {
                return new Place(line, before, after);
            }
        }
        throw noPlace(hunk, wanted, from, number);
    }

    private static int keptAtStart(List<Line> lines) {
        int kept = 0;
        while (kept < lines.size() && lines.get(kept).sort() == Sort.KEPT) {
            kept++;
        }
        return kept == lines.size() ? 0 : kept;
    }

    /// @return -1 when they are nowhere
    private int nearest(Hunk hunk, List<String> wanted, int from, boolean withoutBlanks) throws ToolException {
        int last = text.size() - wanted.size();
        if (hunk.atEnd() && last >= from && matches(wanted, last, withoutBlanks) == wanted.size()) {
            return last;
        }
        int expected = hunk.line() > 0 ? Math.max(from, hunk.line() - 1) : from;
        for (int distance = 0; distance <= Math.max(last - expected, expected - from); distance++) {
            for (int line : new int[] {expected - distance, expected + distance}) {
                if (line >= from && line <= last && matches(wanted, line, withoutBlanks) == wanted.size()) {
                    return line;
                }
            }
        }
        return -1;
    }

    /// How many lines are alike, from the first on; all of them, or the number before the first that is not.
    private int matches(List<String> wanted, int line, boolean withoutBlanks) throws ToolException {
        int same = 0;
        while (same < wanted.size() && alike(wanted.get(same), text.texts().get(line + same), withoutBlanks)) {
            same++;
        }
        return same;
    }

    /// @throws ToolException too much was looked at
    private boolean alike(String one, String other, boolean withoutBlanks) throws ToolException {
        looks += 1L + Math.min(one.length(), other.length()) / CHARACTERS_PER_LOOK;
        if (looks > MOST_LOOKS) {
            throw new ToolException("it takes too long to find the places of the changes in " + name
                    + "; send fewer lines around them");
        }
        return withoutBlanks ? one.stripTrailing().equals(other.stripTrailing()) : one.equals(other);
    }

    private ToolException noPlace(Hunk hunk, List<String> wanted, int from, int number) throws ToolException {
        int best = hunk.line() > 0 ? Math.clamp(hunk.line() - 1L, 0, Math.max(0, text.size() - 1)) : from;
        int most = 0;
        for (int line = from; line + wanted.size() <= text.size(); line++) {
            int alike = 0;
            for (int i = 0; i < wanted.size(); i++) {
                alike += alike(wanted.get(i), text.texts().get(line + i), true) ? 1 : 0;
            }
            if (alike > most) {
                most = alike;
                best = line;
            }
        }
        String expected = Excerpt.of(wanted, 0, Math.min(wanted.size(), 12));
        String there = Excerpt.of(text.texts(), best - 2, best + Math.min(wanted.size(), 12) + 2);
        return new ToolException(
                "hunk %d of %s has no place: nowhere from line %d on are the lines that it expects:\n%s"
                                .formatted(number, name, from + 1, expected)
                        + (there.isEmpty()
                                ? "The file has no lines there."
                                : "The nearest lines of the file are:\n" + there));
    }
}
