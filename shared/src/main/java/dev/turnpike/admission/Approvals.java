package dev.turnpike.admission;

import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds what a person was asked. An answer names only the request; the call that it allows is the one that was stored
/// then, so nobody can change it in between.
final class Approvals {
    static final Duration VALID_FOR = Duration.ofHours(24);

    private final ConversationStore conversations;
    private final Instant now;

    Approvals(ConversationStore conversations, Instant now) {
        this.conversations = conversations;
        this.now = now;
    }

    sealed interface Filling {}

    record Filled(List<Item> input) implements Filling {}

    record NotFound(String request) implements Filling {}

    record Expired(String request) implements Filling {}

    /// @param input a request's
    /// @return the same with the calls that its approvals allow
    Filling fill(String tenant, List<Item> input) {
        List<Item> filled = new ArrayList<>();
        for (Item item : input) {
            if (!(item instanceof Item.Approval approval)) {
                filled.add(item);
                continue;
            }
            Optional<StoredItem> request = find(tenant, approval.requestId());
            if (request.isEmpty()) {
                return new NotFound(approval.requestId());
            }
            if (!now.isBefore(request.get().createdAt().plus(VALID_FOR))) {
                return new Expired(approval.requestId());
            }
            filled.add(filled(approval, (Item.ApprovalRequest) request.get().item()));
        }
        return new Filled(filled);
    }

    private static Item filled(Item.Approval approval, Item.ApprovalRequest request) {
        return new Item.Approval(
                approval.id(),
                approval.requestId(),
                approval.approved(),
                approval.reason(),
                request.name(),
                request.arguments(),
                request.boundTo());
    }

    private Optional<StoredItem> find(String tenant, String request) {
        return StoredItems.find(conversations, tenant, request)
                .filter(stored -> stored.item() instanceof Item.ApprovalRequest);
    }
}
