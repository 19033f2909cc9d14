package dev.turnpike.aws;

import dev.turnpike.conversation.ConversationKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Deletes conversations. A tombstone takes the place of the head before anything else goes: from then on no run can
/// commit, and whoever comes later knows what to do with what they find.
final class ConversationDeletion {
    private static final String DELETED = "deleted";

    /// Longer than any invocation, any message and any stored stream.
    private static final Duration TOMBSTONE_LASTS = Duration.ofDays(30);

    private final Table table;

    ConversationDeletion(Table table) {
        this.table = table;
    }

    /// An action that refuses a transaction once the conversation is deleted: what is written behind the tombstone by a
    /// holder that then dies would stay.
    static TransactWriteItem notDeleted(Table table, ConversationKey key) {
        return TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.name())
                        .key(TableKeys.meta(key))
                        .conditionExpression("attribute_not_exists(#deleted)")
                        .expressionAttributeNames(Map.of("#deleted", DELETED))
                        .build())
                .build();
    }

    static boolean isTombstone(Row head) {
        return head.has(DELETED);
    }

    /// @return false when there is no such conversation, or it had been deleted before
    boolean delete(ConversationKey key, Instant now) {
        boolean deleted = table.runIfHolds(table.update(TableKeys.meta(key))
                .set(DELETED, now.toEpochMilli())
                .set(TableKeys.TTL, now.plus(TOMBSTONE_LASTS).getEpochSecond())
                .remove("nextSeq")
                .remove("activeRun")
                .remove("queue")
                .conditionPresent("nextSeq")
                .compare(TableKeys.TTL, ">", now.getEpochSecond()));
        if (deleted) {
            table.delete(TableKeys.key(TableKeys.tenant(key.tenant()), TableKeys.conversationListEntry(key.id())));
        }
        sweep(key);
        return deleted;
    }

    /// Deletes what a holder may have written after the conversation was deleted. To be called by one that has lost its
    /// run: the reason may have been that.
    ///
    /// @return whether the conversation is deleted
    boolean sweep(ConversationKey key) {
        boolean deleted = table.get(TableKeys.meta(key))
                .filter(ConversationDeletion::isTombstone)
                .isPresent();
        if (deleted) {
            table.deleteAll(TableKeys.conversation(key), ConversationDeletion::goes);
        }
        return deleted;
    }

    private static boolean goes(String sk) {
        return !sk.equals(TableKeys.META) && !sk.startsWith(TableKeys.LEDGER_PREFIX);
    }
}
