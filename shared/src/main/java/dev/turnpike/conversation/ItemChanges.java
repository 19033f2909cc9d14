package dev.turnpike.conversation;

import dev.turnpike.conversation.ConversationStore.NewConversation;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// What callers change of a conversation's items without a run. Calls of tools and their results stay together.
public final class ItemChanges {
    /// A result answers a call among as many items before it.
    private static final int RECENT = 90;

    /// The other half of a pair is looked for among as many items. Halves that lie farther apart are deleted one by
    /// one: no model is shown a result without its call, or a call of the caller's that waits for ever.
    private static final int MOST_BETWEEN = 300;

    private final ConversationStore conversations;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration timeToLive;

    /// @param timeToLive of a conversation after its last change
    public ItemChanges(ConversationStore conversations, Ids ids, InstantSource clock, Duration timeToLive) {
        this.conversations = conversations;
        this.ids = ids;
        this.clock = clock;
        this.timeToLive = timeToLive;
    }

    public sealed interface Changed {
        /// @param items the ones that were added or deleted, oldest first
        record Done(Conversation conversation, List<StoredItem> items) implements Changed {}

        record ConversationNotFound() implements Changed {}

        record ItemNotFound() implements Changed {}

        /// A run is at work in the conversation, or waits for it.
        record Locked() implements Changed {}

        /// A result among the items answers no call that is open.
        record NoToolCall(String callId) implements Changed {}
    }

    /// Makes a conversation.
    ///
    /// @param items without ids
    public Changed create(String tenant, Map<String, String> metadata, List<Item> items) {
        Optional<Changed> unpaired = unpaired(List.of(), items);
        if (unpaired.isPresent()) {
            return unpaired.get();
        }
        Instant now = clock.instant();
        var key = new ConversationKey(tenant, ids.next());
        List<Item> named = named(key, items, 0);
        conversations.create(new NewConversation(key, metadata, named, now, now.plus(timeToLive)));
        return conversations
                .find(key)
                .<Changed>map(made -> new Changed.Done(made, stored(named, 0, now)))
                .orElseGet(Changed.ConversationNotFound::new);
    }

    /// @param items without ids
    public Changed add(ConversationKey key, List<Item> items) {
        Optional<Conversation> found = conversations.find(key);
        if (found.isEmpty()) {
            return new Changed.ConversationNotFound();
        }
        long end = found.get().nextSeq();
        boolean answers = items.stream().anyMatch(ToolResult.class::isInstance);
        List<StoredItem> recent = answers
                ? conversations
                        .newestFirst(key, end, RECENT, ItemPages.MOST_CHARACTERS)
                        .reversed()
                : List.of();
        Optional<Changed> unpaired = unpaired(recent, items);
        if (unpaired.isPresent()) {
            return unpaired.get();
        }
        Instant now = clock.instant();
        Instant expires = now.plus(timeToLive);
        if (found.get().leavesList(expires)) {
            conversations.keepListed(key, Conversation.listedUntil(now, expires));
        }
        List<Item> named = named(key, items, end);
        return switch (conversations.add(key, end, named, now, expires)) {
            case DONE -> new Changed.Done(found.get(), stored(named, end, now));
            case BUSY -> new Changed.Locked();
            case GONE -> new Changed.ConversationNotFound();
        };
    }

    private List<Item> named(ConversationKey key, List<Item> items, long firstSeq) {
        List<Item> named = new ArrayList<>();
        for (Item item : items) {
            named.add(item.withId(ids.item(item.idPrefix(), key.id(), firstSeq + named.size())));
        }
        return named;
    }

    private static List<StoredItem> stored(List<Item> items, long firstSeq, Instant now) {
        List<StoredItem> stored = new ArrayList<>();
        for (Item item : items) {
            stored.add(new StoredItem(firstSeq + stored.size(), null, 0, now, item));
        }
        return stored;
    }

    private static Optional<Changed> unpaired(List<StoredItem> before, List<Item> items) {
        Set<String> open = new HashSet<>();
        for (StoredItem stored : before) {
            switch (stored.item()) {
                case ToolCall call when call.executor() == Executor.CLIENT -> open.add(call.callId());
                case ToolResult result -> open.remove(result.callId());
                case ToolCall _,
                        Item.Message _,
                        Item.Reasoning _,
                        Item.ApprovalRequest _,
                        Item.Approval _,
                        Item.Compaction _,
                        Item.Draft _ -> {}
            }
        }
        for (Item item : items) {
            if (item instanceof ToolCall call) {
                open.add(call.callId());
            } else if (item instanceof ToolResult result && !open.remove(result.callId())) {
                return Optional.of(new Changed.NoToolCall(result.callId()));
            }
        }
        return Optional.empty();
    }

    /// Deletes an item; of a tool call and its result both.
    public Changed remove(ConversationKey key, String itemId) {
        Optional<Conversation> found = conversations.find(key);
        if (found.isEmpty()) {
            return new Changed.ConversationNotFound();
        }
        List<StoredItem> items = withItsOtherHalf(key, itemId);
        if (items.isEmpty()) {
            return new Changed.ItemNotFound();
        }
        return switch (conversations.remove(key, items, clock.instant())) {
            case DONE -> new Changed.Done(found.get(), items);
            case BUSY -> new Changed.Locked();
            case GONE -> new Changed.ItemNotFound();
        };
    }

    private List<StoredItem> withItsOtherHalf(ConversationKey key, String itemId) {
        OptionalLong place = Ids.seq(itemId);
        if (place.isEmpty()) {
            return List.of();
        }
        long seq = place.getAsLong();
        Optional<StoredItem> found = conversations.oldestFirst(key, seq, seq + 1, 1, Long.MAX_VALUE).stream()
                .filter(stored -> stored.item().id().equals(itemId))
                .filter(stored -> listed(stored.item()))
                .findFirst();
        return found.map(stored -> switch (stored.item()) {
                    case ToolCall call -> pair(stored, resultOf(key, seq, call.callId()));
                    case ToolResult result -> pair(stored, callOf(key, seq, result.callId()));
                    case Item.Message _,
                            Item.Reasoning _,
                            Item.ApprovalRequest _,
                            Item.Approval _,
                            Item.Compaction _,
                            Item.Draft _ -> List.of(stored);
                })
                .orElse(List.of());
    }

    /// A result of ours is shown with its call, a draft never.
    private static boolean listed(Item item) {
        return !(item instanceof Item.Draft)
                && !(item instanceof ToolResult result && result.executor() == Executor.SERVER);
    }

    private static List<StoredItem> pair(StoredItem one, Optional<StoredItem> other) {
        return other.map(half -> half.seq() < one.seq() ? List.of(half, one) : List.of(one, half))
                .orElse(List.of(one));
    }

    /// An id may come again in a later answer: the later call owns what follows it.
    private Optional<StoredItem> resultOf(ConversationKey key, long seq, String callId) {
        return conversations
                .oldestFirst(key, seq + 1, seq + 1 + MOST_BETWEEN, MOST_BETWEEN, ItemPages.MOST_CHARACTERS)
                .stream()
                .filter(stored -> isOf(stored.item(), callId))
                .findFirst()
                .filter(stored -> stored.item() instanceof ToolResult);
    }

    private Optional<StoredItem> callOf(ConversationKey key, long seq, String callId) {
        return conversations.newestFirst(key, seq, MOST_BETWEEN, ItemPages.MOST_CHARACTERS).stream()
                .filter(stored -> isOf(stored.item(), callId))
                .findFirst()
                .filter(stored -> stored.item() instanceof ToolCall);
    }

    private static boolean isOf(Item item, String callId) {
        return switch (item) {
            case ToolCall call -> call.callId().equals(callId);
            case ToolResult result -> result.callId().equals(callId);
            case Item.Message _,
                    Item.Reasoning _,
                    Item.ApprovalRequest _,
                    Item.Approval _,
                    Item.Compaction _,
                    Item.Draft _ -> false;
        };
    }
}
