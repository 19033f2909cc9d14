package dev.turnpike.conversation;

import dev.turnpike.tokens.TokenCounter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// Chooses what a model is shown of a conversation: the newest items that fit, tool pairs never split.
public final class ContextWindow {
    /// Every model is trusted with this much, so nothing needs to be known of the model for a context of no more bytes.
    private static final int ALWAYS_FITS_TOKENS = 4096;

    /// Counting takes seconds for a text of megabytes. A longer one than this is judged by its first characters.
    private static final int MOST_COUNTED_CHARS = 100_000;

    private final TokenCounter counter;

    public ContextWindow(TokenCounter counter) {
        this.counter = counter;
    }

    /// What items add to a prompt of this model, about.
    public ItemTokens tokens(String model) {
        TokenCounter whole = counter.of(model);
        return ItemTokens.about(model, text -> countBeginning(text, whole));
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
    public Fit fit(
            String model, List<Item> items, int atLeast, int atMost, List<String> fixed, LongSupplier budgetTokens) {
        int start = Math.max(0, items.size() - Math.max(atMost, atLeast));
        boolean fits = true;
        long most = ItemTokens.cheapMost(model).of(fixed, items.subList(start, items.size()));
        if (most > ALWAYS_FITS_TOKENS && most > budgetTokens.getAsLong()) {
            ItemTokens tokens = tokens(model);
            long left = budgetTokens.getAsLong() - tokens.of(fixed, List.of());
            int i = items.size();
            while (i > start && (left -= tokens.of(items.get(i - 1))) >= 0) {
                i--;
            }
            fits = items.size() - i >= Math.min(atLeast, items.size());
            start = i;
        }
        List<Item> chosen = items.subList(start, items.size());
        return new Fit(withoutOrphans(chosen), start > 0, fits);
    }

    /// Whether these texts and items have more tokens than a limit. Most are settled by their size: counting starts
    /// with loading the encoding, which would take longer than all else that comes before a first token.
    public boolean exceeds(String model, long limitTokens, List<String> fixed, List<Item> items) {
        return ItemTokens.cheapMost(model).of(fixed, items) > limitTokens
                && tokens(model).of(fixed, items) > limitTokens;
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

    private static int countBeginning(String text, TokenCounter counter) {
        return text.length() <= MOST_COUNTED_CHARS
                ? counter.count(text)
                : (int) ((long) counter.count(text.substring(0, MOST_COUNTED_CHARS))
                        * text.length()
                        / MOST_COUNTED_CHARS);
    }
}
