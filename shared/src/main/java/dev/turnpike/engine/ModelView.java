package dev.turnpike.engine;

import dev.turnpike.conversation.Item;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What is left to show of a conversation's items: the newest summary stands for all that came before it, but for as
/// many items right before it as it says.
///
/// @param summary null where nothing was summarised
/// @param items that follow it, oldest first
/// @param own how many of them, the newest, are the run's own
record ModelView(Item.@Nullable Compaction summary, List<Item> items, int own) {
    /// A request is kept word for word, unless it is longer than this.
    private static final int LONGEST_REQUEST_CHARS = 8_000;

    /// @param items of a conversation, oldest first
    /// @param own how many of them, the newest, are the run's own
    static ModelView of(List<Item> items, int own) {
        int at = newestSummary(items);
        if (at < 0) {
            return new ModelView(null, items, own);
        }
        var summary = (Item.Compaction) items.get(at);
        int from = Math.max(0, at - summary.kept());
        List<Item> shown = new ArrayList<>();
        int shownOwn = 0;
        for (int i = from; i < items.size(); i++) {
            if (!(items.get(i) instanceof Item.Compaction)) {
                shown.add(items.get(i));
                shownOwn += i >= items.size() - own ? 1 : 0;
            }
        }
        return new ModelView(summary, shown, shownOwn);
    }

    private static int newestSummary(List<Item> items) {
        for (int i = items.size() - 1; i >= 0; i--) {
            if (items.get(i) instanceof Item.Compaction) {
                return i;
            }
        }
        return -1;
    }

    /// All of it, in the order in which a model reads it.
    List<Item> all() {
        List<Item> all = new ArrayList<>();
        if (summary != null) {
            all.add(summary);
        }
        all.addAll(items);
        return all;
    }

    /// Where the items are cut: those before it are summarised, the others stay. A call and its result stay together,
    /// and so does the newest item with what belongs to it, however long that is.
    ///
    /// @param mostTokens that stay otherwise, in `mostItems`
    /// @return 0 when nothing lies before
    int cut(ToLongFunction<Item> tokens, long mostTokens, int mostItems) {
        Set<String> results = new HashSet<>();
        int cut = items.size();
        long kept = 0;
        for (int i = items.size() - 1; i >= 0; i--) {
            Item item = items.get(i);
            kept += tokens.applyAsLong(item);
            boolean fits = kept <= mostTokens && items.size() - i <= mostItems;
            if (!fits && cut < items.size()) {
                return cut;
            }
            if (item instanceof Item.ToolResult result) {
                results.add(result.callId());
            } else if (item instanceof Item.ToolCall call) {
                results.remove(call.callId());
            }
            if (results.isEmpty()) {
                cut = i;
            }
        }
        return 0;
    }

    /// What the caller last said, as far as it is text; empty when that is nothing or too long to be kept.
    String latestRequest() {
        for (Item item : items.reversed()) {
            if (item instanceof Item.Message message && message.role() == Item.Role.USER) {
                String text = message.text();
                return text.length() <= LONGEST_REQUEST_CHARS ? text : "";
            }
        }
        return "";
    }

    /// The caller's newest messages, oldest first.
    ///
    /// @param mostTokens of all of them
    List<Item.Message> requests(ToLongFunction<Item> tokens, long mostTokens) {
        List<Item.Message> requests = new ArrayList<>();
        long kept = 0;
        for (Item item : items.reversed()) {
            if (item instanceof Item.Message message && message.role() == Item.Role.USER) {
                kept += tokens.applyAsLong(item);
                if (kept > mostTokens) {
                    break;
                }
                requests.add(message);
            }
        }
        return requests.reversed();
    }
}
