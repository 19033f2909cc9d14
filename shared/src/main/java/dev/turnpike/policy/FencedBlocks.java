package dev.turnpike.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The fenced code blocks of a text in Markdown.
///
/// Source: CommonMark 0.31, section 4.5.
final class FencedBlocks {
    private static final Pattern OPENS = Pattern.compile(" {0,3}(`{3,}|~{3,})\\s*([^`]*)");
    private static final int MOST = 100;

    private FencedBlocks() {}

    /// @param language the first word behind the fence, in lower case; empty for none
    /// @param note what follows that word
    /// @param before the last line before the block that is not blank; empty for none
    /// @param content every line with its end
    record Block(String language, String note, String before, String content) {}

    /// One that is not closed goes to the end of the text.
    static List<Block> of(String text) {
        List<Block> blocks = new ArrayList<>();
        String before = "";
        var lines = text.lines().iterator();
        while (lines.hasNext() && blocks.size() < MOST) {
            String line = lines.next();
            Matcher opens = OPENS.matcher(line);
            if (!opens.matches()) {
                before = line.isBlank() ? before : line.strip();
                continue;
            }
            var content = new StringBuilder();
            String next = lines.hasNext() ? lines.next() : null;
            while (next != null && !closes(next, opens.group(1))) {
                content.append(next).append('\n');
                next = lines.hasNext() ? lines.next() : null;
            }
            String[] words = opens.group(2).strip().split("\\s+", 2);
            blocks.add(new Block(
                    words[0].toLowerCase(Locale.ROOT), words.length > 1 ? words[1] : "", before, content.toString()));
            before = "";
        }
        return blocks;
    }

    private static boolean closes(String line, String fence) {
        String end = line.strip();
        return end.length() >= fence.length() && end.chars().allMatch(c -> c == fence.charAt(0));
    }
}
