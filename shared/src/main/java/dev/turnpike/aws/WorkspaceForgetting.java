package dev.turnpike.aws;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Forgets the oldest revisions of a workspace.
///
/// They are marked first, in a transaction that fails when a newer revision has been written, as that one's does when
/// it takes files from a marked one. So from then on nobody can come to need what only they have, and the rest may be
/// done in any order, and again by the next who comes when it is cut short.
final class WorkspaceForgetting {
    private static final int MOST_MARKED_TOGETHER = 90;

    private final Table table;
    private final Transactions transactions;

    WorkspaceForgetting(Table table, Transactions transactions) {
        this.table = table;
        this.transactions = transactions;
    }

    interface Newest {
        List<Revision> revisions(ConversationKey key, long before, int limit);
    }

    void forget(Workspace head, int kept, Newest newest) {
        String pk = TableKeys.conversation(head.key());
        long last = head.revision() - kept;
        List<Row> old = last <= 0
                ? List.of()
                : table.between(
                        pk, WorkspaceKeys.revision(1), WorkspaceKeys.revision(last), false, MOST_MARKED_TOGETHER);
        if (old.isEmpty() || !mark(head, old)) {
            return;
        }
        Set<String> needed = new HashSet<>();
        head.files().values().forEach(file -> needed.add(content(file)));
        newest.revisions(head.key(), head.revision() + 1, kept).stream()
                .flatMap(WorkspaceForgetting::files)
                .forEach(file -> needed.add(content(file)));
        old.forEach(row -> forget(pk, row, needed));
        table.allWithPrefix(pk, WorkspaceKeys.LISTS).stream()
                .map(row -> row.text(TableKeys.SK))
                .filter(sk -> sk.compareTo(WorkspaceKeys.list(head.revision(), 0)) < 0)
                .forEach(sk -> table.delete(TableKeys.key(pk, sk)));
    }

    private boolean mark(Workspace head, List<Row> old) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.name())
                        .key(WorkspaceKeys.head(head.key()))
                        .conditionExpression("#revision = :revision")
                        .expressionAttributeNames(Map.of("#revision", WorkspaceRows.REVISION))
                        .expressionAttributeValues(Map.of(":revision", Row.number(head.revision())))
                        .build())
                .build());
        old.forEach(row -> actions.add(
                Transactions.update(table.update(TableKeys.key(row.text(TableKeys.PK), row.text(TableKeys.SK)))
                        .set(WorkspaceRows.FORGOTTEN, AttributeValue.fromBool(true))
                        .conditionPresent("key"))));
        return transactions.write(UUID.randomUUID().toString(), actions) instanceof Written.Done;
    }

    private static Stream<FileEntry> files(Revision revision) {
        return revision.changes().stream()
                .flatMap(change -> Stream.concat(stream(change.before()), stream(change.after())));
    }

    private static Stream<FileEntry> stream(@Nullable FileEntry file) {
        return Optional.ofNullable(file).stream();
    }

    private static String content(FileEntry file) {
        return WorkspaceKeys.content(file.hash(), file.origin());
    }

    /// What a revision has made of a file is there still, or is what another one found there.
    private void forget(String pk, Row row, Set<String> needed) {
        long number = WorkspaceKeys.revision(row.text(TableKeys.SK));
        List<Row> parts = new ArrayList<>();
        for (int part = 1; part <= row.number(WorkspaceRows.PARTS, 0); part++) {
            table.get(TableKeys.key(pk, WorkspaceKeys.revisionPart(number, part)))
                    .ifPresent(parts::add);
        }
        for (Change change : WorkspaceRows.revision(row, parts).changes()) {
            FileEntry before = change.before();
            if (before != null && !needed.contains(content(before))) {
                delete(pk, before);
            }
        }
        for (int part = 1; part <= parts.size(); part++) {
            table.delete(TableKeys.key(pk, WorkspaceKeys.revisionPart(number, part)));
        }
        table.delete(TableKeys.key(pk, row.text(TableKeys.SK)));
    }

    /// Compressed it may have a few bytes more than before.
    private void delete(String pk, FileEntry file) {
        table.delete(TableKeys.key(pk, content(file)));
        int mostParts = (file.sizeBytes() + file.sizeBytes() / 100 + 100) / Packed.MOST_PIECE_BYTES;
        for (int part = 1; part <= mostParts; part++) {
            table.delete(TableKeys.key(pk, WorkspaceKeys.contentPart(file.hash(), file.origin(), part)));
        }
    }
}
