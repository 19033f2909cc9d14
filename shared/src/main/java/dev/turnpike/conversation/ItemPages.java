package dev.turnpike.conversation;

import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Shows the items of a conversation page by page. What a page costs depends on what it shows, never on how long the
/// conversation is.
///
/// A call of one of our tools and its result are shown as one, and drafts of answers not at all.
public final class ItemPages {
    /// A page ends with the item that reaches these, however few it has.
    static final long MOST_CHARACTERS = 16L * 1024 * 1024;

    /// A result is looked for among as many items after its call. It comes with the very next step, of at most 100, but
    /// a run that ended before that step leaves room for others.
    private static final int MOST_BETWEEN = 200;

    private final ConversationStore conversations;

    public ItemPages(ConversationStore conversations) {
        this.conversations = conversations;
    }

    /// @param limit most items of a page
    /// @param after the item that the page goes on from, in its own order; null for the beginning
    public record Asked(
            int limit, boolean newestFirst, @Nullable Long after) {}

    /// @param result of a call of one of our tools, once there is one
    public record Shown(StoredItem stored, @Nullable ToolResult result) {}

    /// @param more whether others follow
    public record Page(List<Shown> items, boolean more) {}

    /// A page of the items from `fromSeq` up to but not including `toSeq`.
    public Page page(ConversationKey key, long fromSeq, long toSeq, Asked asked) {
        Long after = asked.after();
        return asked.newestFirst()
                ? new Reading(key, fromSeq, after == null ? toSeq : Math.min(toSeq, after), asked).page()
                : new Reading(key, after == null ? fromSeq : Math.max(fromSeq, after + 1), toSeq, asked).page();
    }

    /// Empty when there is none, it was deleted, or it is shown with another.
    public Optional<Shown> find(ConversationKey key, String itemId) {
        OptionalLong place = Ids.seq(itemId);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        long seq = place.getAsLong();
        Page page = page(key, seq, seq + 1, new Asked(1, false, null));
        return page.items().stream()
                .filter(shown -> shown.stored().item().id().equals(itemId))
                .findFirst();
    }

    /// Items in hand, as they would be read.
    public static List<Shown> shown(List<StoredItem> items) {
        var pairs = new Pairs(false);
        items.forEach(pairs::add);
        return pairs.shown();
    }

    private final class Reading {
        private final ConversationKey key;
        private final Asked asked;
        private final long end;
        private final Pairs pairs;
        private long from;
        private long to;

        Reading(ConversationKey key, long from, long to, Asked asked) {
            this.key = key;
            this.from = from;
            this.to = to;
            this.end = to;
            this.asked = asked;
            this.pairs = new Pairs(asked.newestFirst());
        }

        Page page() {
            long characters = 0;
            boolean enough = false;
            while (!enough && from < to) {
                List<StoredItem> read = read(asked.limit() + 1 - pairs.size(), MOST_CHARACTERS - characters);
                for (StoredItem item : read) {
                    pairs.add(item);
                    characters += item.item().characters();
                }
                boolean full = characters >= MOST_CHARACTERS && pairs.size() > 0;
                enough = full || pairs.size() > asked.limit();
            }
            List<Shown> shown = resultsOf(pairs);
            boolean more = shown.size() > asked.limit() || from < to;
            return new Page(shown.subList(0, Math.min(asked.limit(), shown.size())), more);
        }

        private List<StoredItem> read(int limit, long mostCharacters) {
            long most = Math.max(1, mostCharacters);
            if (!asked.newestFirst()) {
                List<StoredItem> read = conversations.oldestFirst(key, from, to, limit, most);
                from = read.isEmpty() ? to : read.getLast().seq() + 1;
                return read;
            }
            List<StoredItem> read = conversations.newestFirst(key, to, limit, most).stream()
                    .filter(item -> item.seq() >= from)
                    .toList();
            to = read.isEmpty() ? from : read.getLast().seq();
            return read;
        }

        /// Calls at the page's edge have their results beyond it.
        private List<Shown> resultsOf(Pairs read) {
            long beyond = asked.newestFirst() ? end : from;
            if (read.complete() || (asked.newestFirst() && asked.after() == null)) {
                return read.shown();
            }
            conversations
                    .oldestFirst(key, beyond, beyond + MOST_BETWEEN, MOST_BETWEEN, MOST_CHARACTERS)
                    .forEach(read::addLater);
            return read.shown();
        }
    }

    /// Joins our tools' results with their calls. An id may come again in a later answer; a result belongs to the
    /// latest call before it.
    private static final class Pairs {
        private final boolean newestFirst;
        private final List<StoredItem> items = new ArrayList<>();
        private final Map<Long, ToolResult> results = new HashMap<>();
        private final Map<String, ToolResult> waiting = new HashMap<>();
        private final Map<String, Long> unanswered = new HashMap<>();

        Pairs(boolean newestFirst) {
            this.newestFirst = newestFirst;
        }

        void add(StoredItem stored) {
            if (stored.item() instanceof ToolResult result && result.executor() == Executor.SERVER) {
                result(result);
                return;
            }
            if (stored.item() instanceof Item.Draft) {
                return;
            }
            items.add(stored);
            if (stored.item() instanceof ToolCall call && call.executor() == Executor.SERVER) {
                call(call, stored.seq());
            }
        }

        private void result(ToolResult result) {
            if (newestFirst) {
                waiting.put(result.callId(), result);
            } else {
                answer(result);
            }
        }

        private void call(ToolCall call, long seq) {
            ToolResult result = waiting.remove(call.callId());
            if (result != null) {
                results.put(seq, result);
            } else if (newestFirst) {
                unanswered.putIfAbsent(call.callId(), seq);
            } else {
                unanswered.put(call.callId(), seq);
            }
        }

        /// One that comes after all of them.
        void addLater(StoredItem stored) {
            switch (stored.item()) {
                case ToolCall call -> unanswered.remove(call.callId());
                case ToolResult result -> answer(result);
                case Item.Message _,
                        Item.Reasoning _,
                        Item.ApprovalRequest _,
                        Item.Approval _,
                        Item.Compaction _,
                        Item.Draft _ -> {}
            }
        }

        private void answer(ToolResult result) {
            Long call = unanswered.remove(result.callId());
            if (call != null) {
                results.put(call, result);
            }
        }

        boolean complete() {
            return unanswered.isEmpty();
        }

        int size() {
            return items.size();
        }

        List<Shown> shown() {
            return items.stream()
                    .map(item -> new Shown(item, results.get(item.seq())))
                    .toList();
        }
    }
}
