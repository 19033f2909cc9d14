package dev.turnpike.conversation;

import dev.turnpike.conversation.Item.Part;
import dev.turnpike.tokens.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// Chooses what a model is shown of a conversation: the newest items that fit, tool pairs never split.
public final class ContextWindow {
    /// Every model is trusted with this much, so nothing needs to be known of the model for a context of no more bytes.
    private static final int ALWAYS_FITS_TOKENS = 4096;

    /// Longer texts are not encoded only to learn how long they are.
    private static final int EXACT_CHARACTERS = 16_384;

    /// What the roles and separators around an item cost, at most.
    private static final int OVERHEAD_TOKENS = 8;

    private static final int IMAGE_TOKENS = 1_000;

    /// What Gemini, whose documentation says so (2026), makes of a second of video with its sound; others are near it.
    private static final long TOKENS_PER_VIDEO_SECOND = 300;

    /// In base64, at a megabit per second, which is usual for what is small enough to be sent along.
    private static final long CHARACTERS_PER_VIDEO_SECOND = 1_000_000 / 8 * 4 / 3;

    private static final long SECONDS_OF_LINKED_VIDEO = 30;
    private static final long LEAST_PDF_TOKENS = 500;
    private static final int CHARACTERS_PER_PDF_TOKEN = 20;

    /// Counting takes seconds for a text of megabytes. A longer one than this is judged by its first characters.
    private static final int MOST_COUNTED_CHARS = 100_000;

    private final TokenCounter counter;

    public ContextWindow(TokenCounter counter) {
        this.counter = counter;
    }

    /// @param items oldest first
    /// @param dropped whether an older item was left out
    /// @param fits false when even the newest `atLeast` items are more than the budget allows
    public record Fit(List<Item> items, boolean dropped, boolean fits) {}

    /// @param items oldest first
    /// @param atLeast how many of the newest must stay: the input of the run and what it has done since
    /// @param atMost most items to take, unless `atLeast` is more
    /// @param fixed texts that are sent along in any case: instructions, tools
    /// @param budgetTokens asked only when the size alone does not settle it; includes the fixed texts
    public Fit fit(List<Item> items, int atLeast, int atMost, List<String> fixed, LongSupplier budgetTokens) {
        int start = Math.max(0, items.size() - Math.max(atMost, atLeast));
        boolean fits = true;
        long most = mostTokens(items.subList(start, items.size()), fixed);
        if (most > ALWAYS_FITS_TOKENS && most > budgetTokens.getAsLong()) {
            long left = budgetTokens.getAsLong()
                    - fixed.stream().mapToLong(this::count).sum();
            int i = items.size();
            while (i > start && (left -= tokens(items.get(i - 1))) >= 0) {
                i--;
            }
            fits = items.size() - i >= Math.min(atLeast, items.size());
            start = i;
        }
        List<Item> chosen = items.subList(start, items.size());
        return new Fit(withoutOrphans(chosen), start > 0, fits);
    }

    /// Whether these texts and items have more tokens than a limit.
    public boolean exceeds(long limitTokens, List<String> fixed, List<Item> items) {
        return mostTokens(items, fixed) > limitTokens
                && fixed.stream().mapToLong(this::count).sum()
                                + items.stream().mapToLong(this::tokens).sum()
                        > limitTokens;
    }

    /// A result whose call was left out, here or because it was not read, would be refused by providers.
    private static List<Item> withoutOrphans(List<Item> items) {
        Set<String> calls = new HashSet<>();
        List<Item> kept = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Item.ToolCall call) {
                calls.add(call.callId());
            }
            if (!(item instanceof Item.ToolResult result) || calls.contains(result.callId())) {
                kept.add(item);
            }
        }
        return kept;
    }

    /// A text has never more tokens than bytes, so most contexts are settled by their size. Counting starts with
    /// loading the encoding, which would take longer than all else that comes before a first token.
    private static long mostTokens(List<Item> items, List<String> fixed) {
        long bytes = 0;
        for (String text : fixed) {
            bytes += mostBytes(text);
        }
        for (Item item : items) {
            bytes += OVERHEAD_TOKENS + attachments(item);
            for (String text : texts(item)) {
                bytes += mostBytes(text);
            }
        }
        return bytes;
    }

    /// Of a text in UTF-8; exact unless it is long.
    private static long mostBytes(String text) {
        return text.length() > EXACT_CHARACTERS ? 3L * text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// What an item adds to a prompt, about.
    public long tokens(Item item) {
        long tokens = OVERHEAD_TOKENS + attachments(item);
        for (String text : texts(item)) {
            tokens += count(text);
        }
        return tokens;
    }

    private long count(String text) {
        return text.length() <= MOST_COUNTED_CHARS
                ? counter.count(text)
                : (long) counter.count(text.substring(0, MOST_COUNTED_CHARS)) * text.length() / MOST_COUNTED_CHARS;
    }

    /// Tokens of what is no text.
    private static long attachments(Item item) {
        return item.parts().stream()
                .mapToLong(part -> switch (part) {
                    case Part.Image _ -> IMAGE_TOKENS;
                    case Part.Video video -> videoTokens(video);
                    case Part.File file when file.isPdf() -> pdfTokens(file);
                    case Part.File _, Part.Text _, Part.Refusal _ -> 0;
                })
                .sum();
    }

    /// A model reads the text of each page and sees it as an image; how many there are, only the size tells.
    public static long pdfTokens(Part.File pdf) {
        return LEAST_PDF_TOKENS + pdf.data().length() / CHARACTERS_PER_PDF_TOKEN;
    }

    /// How long a video is, only the size tells, and of one that is linked nothing does: it counts as half a minute.
    public static long videoTokens(Part.Video video) {
        long seconds =
                video.isLinked() ? SECONDS_OF_LINKED_VIDEO : 1 + video.url().length() / CHARACTERS_PER_VIDEO_SECOND;
        return seconds * TOKENS_PER_VIDEO_SECOND;
    }

    private static List<String> texts(Item item) {
        return switch (item) {
            case Item.Message message ->
                message.parts().stream()
                        .map(part -> switch (part) {
                            case Part.Text(String text) -> text;
                            case Part.Refusal(String text) -> text;
                            case Part.File file -> file.isPdf() ? file.name() : file.name() + file.text();
                            case Part.Image _, Part.Video _ -> "";
                        })
                        .toList();
            case Item.ToolCall call -> List.of(call.name(), call.arguments());
            case Item.ToolResult result -> List.of(result.output());
            case Item.Compaction compaction -> List.of(compaction.summary(), compaction.latestRequest());
            case Item.Draft draft -> List.of(draft.text(), draft.mistakes());
            case Item.Reasoning _, Item.ApprovalRequest _, Item.Approval _ -> List.of();
        };
    }
}
