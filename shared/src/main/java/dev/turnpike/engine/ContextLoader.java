package dev.turnpike.engine;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads what a run needs of its conversation: the newest items, across forks, and no more than the window may hold.
public final class ContextLoader {
    /// More of the past is not read. No model's context holds as much text, and an invocation's memory must hold it.
    public static final long MOST_CHARACTERS = 16L * 1024 * 1024;

    private final ConversationStore conversations;
    private final int maxHistory;

    /// @param maxHistory most items of the past that are read
    public ContextLoader(ConversationStore conversations, int maxHistory) {
        this.conversations = conversations;
        this.maxHistory = maxHistory;
    }

    /// @param own the run's items so far, where the caller has just written them; null reads them too
    LiveRun load(Run run, @Nullable List<Item> own, Deadline deadline, Consumer<RunEvent> watcher, LeaseKeeper lease) {
        int ownItems = (int) (run.endSeq() - run.firstSeq());
        List<Item> items = new ArrayList<>();
        if (own != null) {
            items.addAll(own.reversed());
        }
        long before = own == null ? run.endSeq() : run.firstSeq();
        var start = new ForkPoint(run.key().conversation().id(), before);
        var reading = new Reading(run.key().tenant(), Math.max(maxHistory, ownItems), ownItems, items);
        boolean older = read(reading, start, key -> parent(run, key));
        Collections.reverse(items);
        return new LiveRun(run, items, older, deadline, watcher, lease);
    }

    /// The past that a run would be shown, oldest first.
    ///
    /// @param end where it ends
    public List<Item> past(String tenant, ForkPoint end) {
        List<Item> items = new ArrayList<>();
        var _ = read(new Reading(tenant, maxHistory, 0, items), end, this::parent);
        Collections.reverse(items);
        return items;
    }

    /// @param limit most items
    /// @param atLeast how many come in any case
    /// @param items newest first; the ones that are there already count
    private record Reading(String tenant, int limit, int atLeast, List<Item> items) {}

    /// Adds items until there are as many as are wanted or no more, or the past is long enough.
    ///
    /// @param parent where a conversation's history goes on
    /// @return whether older ones exist
    private boolean read(Reading reading, ForkPoint start, Function<ConversationKey, @Nullable ForkPoint> parent) {
        List<Item> items = reading.items();
        int limit = reading.limit();
        long characters = 0;
        @Nullable ForkPoint at = start;
        while (at != null) {
            var key = new ConversationKey(reading.tenant(), at.conversation());
            if (at.seq() == 0) {
                at = parent.apply(key);
            } else if (items.size() >= limit || (items.size() >= reading.atLeast() && characters >= MOST_CHARACTERS)) {
                return true;
            } else {
                List<StoredItem> page = conversations.newestFirst(key, at.seq(), limit - items.size(), MOST_CHARACTERS);
                for (StoredItem stored : page) {
                    // A draft is for the run that wrote it.
                    if (items.size() < reading.atLeast() || !(stored.item() instanceof Item.Draft)) {
                        items.add(stored.item());
                        characters += stored.item().characters();
                    }
                }
                if (items.size() >= reading.atLeast() && reachesBehindSummary(items)) {
                    return false;
                }
                // What a page does not reach has expired or was deleted.
                long reached = page.isEmpty() ? 0 : page.getLast().seq();
                at = new ForkPoint(at.conversation(), reached);
            }
        }
        return false;
    }

    /// What came before a summary is read no further than the summary leaves it as it is.
    ///
    /// @param items newest first
    private static boolean reachesBehindSummary(List<Item> items) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Item.Compaction summary) {
                return items.size() - i > summary.kept();
            }
        }
        return false;
    }

    private @Nullable ForkPoint parent(Run run, ConversationKey key) {
        return key.equals(run.key().conversation()) ? run.parent() : parent(key);
    }

    private @Nullable ForkPoint parent(ConversationKey key) {
        return conversations.find(key).map(Conversation::parent).orElse(null);
    }
}
