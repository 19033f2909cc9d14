package dev.turnpike.patch;

import java.util.ArrayList;
import java.util.List;

/// A text as lines, each with the end that it has, so that it can be put together again as it was.
public record TextLines(List<String> texts, List<String> ends) {
    public TextLines {
        texts = List.copyOf(texts);
        ends = List.copyOf(ends);
    }

    /// Lines end with LF or CRLF; what follows the last end is a line too, unless it is empty.
    public static TextLines of(String text) {
        List<String> texts = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int feed = text.indexOf('\n', from);
            int end = feed < 0 ? text.length() : feed > from && text.charAt(feed - 1) == '\r' ? feed - 1 : feed;
            int next = feed < 0 ? text.length() : feed + 1;
            texts.add(text.substring(from, end));
            ends.add(text.substring(end, next));
            from = next;
        }
        return new TextLines(texts, ends);
    }

    public int size() {
        return texts.size();
    }

    /// What its lines end with: as the first one does.
    String usualEnd() {
        return ends.isEmpty() || ends.getFirst().isEmpty() ? "\n" : ends.getFirst();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            text.append(texts.get(i)).append(ends.get(i));
        }
        return text.toString();
    }
}
