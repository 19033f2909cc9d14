package dev.turnpike.admission;

import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds items that a request names by nothing but their ids, and who wrote the last ones.
public final class StoredItems {
    /// A call's result lies no farther behind it: what one step brings is committed in one transaction.
    private static final int FARTHEST_RESULT = 100;

    /// The end of a conversation, in which an item of its latest run is looked for.
    private static final int LATEST_ITEMS = 10;

    private static final long LATEST_CHARACTERS = 100_000;

    private final ConversationStore conversations;
    private final RunStore runs;

    public StoredItems(ConversationStore conversations, RunStore runs) {
        this.conversations = conversations;
        this.runs = runs;
    }

    /// What a request of the tenant can refer to.
    public Past of(String tenant) {
        return new Past() {
            @Override
            public List<Item> items(String id) {
                return find(tenant, id);
            }

            @Override
            public Optional<String> model(History history) {
                return earlier(tenant, history).map(run -> run.request().model());
            }
        };
    }

    private Optional<Run> earlier(String tenant, History history) {
        return switch (history) {
            case History.None() -> Optional.empty();
            case History.Response(String id) -> RunKey.parse(tenant, id).flatMap(runs::find);
            case History.InConversation(String id) ->
                ConversationKey.parse(tenant, id)
                        .flatMap(conversations::find)
                        .filter(conversation -> conversation.nextSeq() > 0)
                        .flatMap(conversation -> conversations
                                .newestFirst(
                                        conversation.key(), conversation.nextSeq(), LATEST_ITEMS, LATEST_CHARACTERS)
                                .stream()
                                .flatMap(stored -> wrote(tenant, stored.item().id(), stored).stream())
                                .findFirst());
        };
    }

    /// The item; with it, for a call of one of our tools, its result. Nothing when there is no such item, it is another
    /// tenant's, or it comes from a run that was not to be stored.
    public List<Item> find(String tenant, String id) {
        return find(conversations, tenant, id)
                .filter(stored -> !(stored.item() instanceof Item.Draft))
                .filter(stored -> kept(tenant, id, stored))
                .map(stored -> stored.item() instanceof Item.ToolCall call && call.executor() == Executor.SERVER
                        ? Stream.concat(Stream.of(call), result(tenant, stored, call))
                                .toList()
                        : List.of(stored.item()))
                .orElse(List.of());
    }

    /// Whoever wrote it.
    static Optional<StoredItem> find(ConversationStore conversations, String tenant, String id) {
        return Ids.place(id)
                .flatMap(place ->
                        conversations
                                .range(new ConversationKey(tenant, place.conversation()), place.seq(), place.seq() + 1)
                                .stream()
                                .filter(stored -> stored.item().id().equals(id))
                                .findFirst());
    }

    private boolean kept(String tenant, String id, StoredItem stored) {
        return stored.run() == null
                || wrote(tenant, id, stored)
                        .filter(run -> run.request().store())
                        .isPresent();
    }

    /// The run that wrote an item; empty when a caller did.
    private Optional<Run> wrote(String tenant, String id, StoredItem stored) {
        String run = stored.run();
        return run == null
                ? Optional.empty()
                : Ids.place(id)
                        .map(place -> new RunKey(new ConversationKey(tenant, place.conversation()), run))
                        .flatMap(runs::find);
    }

    private Stream<Item> result(String tenant, StoredItem stored, Item.ToolCall call) {
        return Ids.place(call.id()).stream()
                .flatMap(place -> conversations
                        .range(
                                new ConversationKey(tenant, place.conversation()),
                                stored.seq() + 1,
                                stored.seq() + FARTHEST_RESULT)
                        .stream())
                .map(StoredItem::item)
                .filter(item -> item instanceof Item.ToolResult result
                        && result.callId().equals(call.callId()))
                .limit(1);
    }
}
