package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.NewRevision;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Workspaces in the table, beside the items of their conversation.
///
/// A revision is one transaction, under the condition that the run which causes it is still at work. The run's fence
/// can't be asked for, since a tool does not know it; nor need it be: all attempts of a call have one key, under which
/// there is one revision, so a holder that has lost its run can at most do what its successor does, too.
public final class DynamoWorkspaceStore implements WorkspaceStore {
    private static final int MOST_ROWS_TOGETHER = 80;
    private static final int MOST_BYTES_TOGETHER = 3_000_000;

    /// A list of files that is being replaced lacks its parts for a moment.
    private static final int MOST_READS = 5;

    private final Table table;
    private final Transactions transactions;
    private final InstantSource clock;
    private final WorkspaceForgetting forgetting;

    public DynamoWorkspaceStore(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.transactions = new Transactions(dynamo);
        this.clock = clock;
        this.forgetting = new WorkspaceForgetting(this.table, transactions);
    }

    @Override
    public Workspace load(ConversationKey key) {
        for (int read = 0; read < MOST_READS; read++) {
            Optional<Row> head = living(WorkspaceKeys.head(key));
            if (head.isEmpty()) {
                return Workspace.empty(key);
            }
            long revision = head.get().number(WorkspaceRows.REVISION);
            Optional<List<Row>> parts = parts(key, head.get(), part -> WorkspaceKeys.list(revision, part));
            if (parts.isPresent()) {
                return WorkspaceRows.workspace(key, head.get(), parts.get());
            }
        }
        throw new StoreUnavailableException(
                "a workspace changes faster than it can be read", new IllegalStateException("parts are missing"));
    }

    private Optional<Row> living(Map<String, AttributeValue> key) {
        return table.get(key).filter(row -> !row.expired(clock.instant()));
    }

    /// Those that follow a row, in their order; empty when one is not there.
    private Optional<List<Row>> parts(ConversationKey key, Row first, IntFunction<String> sk) {
        int count = (int) first.number(WorkspaceRows.PARTS, 0);
        if (count == 0) {
            return Optional.of(List.of());
        }
        List<String> wanted = IntStream.rangeClosed(1, count).mapToObj(sk).toList();
        Map<String, Row> found = rows(key, wanted);
        return found.size() < count
                ? Optional.empty()
                : Optional.of(wanted.stream().map(found::get).toList());
    }

    private Map<String, Row> rows(ConversationKey key, Collection<String> sks) {
        String pk = TableKeys.conversation(key);
        Map<String, Row> found = new HashMap<>();
        table.getAll(sks.stream().map(sk -> TableKeys.key(pk, sk)).toList()).stream()
                .filter(row -> !row.expired(clock.instant()))
                .forEach(row -> found.put(row.text(TableKeys.SK), row));
        return found;
    }

    @Override
    public Map<String, FileContent> contents(ConversationKey key, Collection<FileEntry> files) {
        Map<String, FileEntry> wanted = new LinkedHashMap<>();
        files.forEach(file -> wanted.put(WorkspaceKeys.content(file.hash(), file.origin()), file));
        Map<String, Row> firsts = rows(key, wanted.keySet());
        Map<String, FileContent> contents = new HashMap<>();
        wanted.forEach((sk, file) -> Optional.ofNullable(firsts.get(sk))
                .flatMap(first -> parts(key, first, part -> WorkspaceKeys.contentPart(file.hash(), file.origin(), part))
                        .map(parts -> WorkspaceRows.content(first, parts)))
                .ifPresent(content -> contents.put(file.hash(), content)));
        return contents;
    }

    @Override
    public Committed commit(NewRevision revision) {
        ConversationKey key = revision.base().key();
        Instant now = clock.instant();
        Optional<Row> conversation = table.get(TableKeys.meta(key)).filter(row -> lives(row, now));
        if (conversation.isEmpty()) {
            return new Committed.Gone();
        }
        Instant expires = expires(conversation.get());
        List<Row> brought = new ArrayList<>();
        revision.contents()
                .values()
                .forEach(content -> brought.addAll(
                        WorkspaceRows.content(key, content, revision.cause().origin(), expires)));
        List<Row> lists = new ArrayList<>(WorkspaceRows.head(revision.result(), expires));
        Row head = lists.removeFirst();
        lists.addAll(WorkspaceRows.revision(revision, conversation.get().number("nextSeq"), now, expires));
        List<Row> all = new ArrayList<>(lists);
        all.addAll(brought);
        if (tooMuch(all)) {
            bringBefore(key, brought);
            all = lists;
        }
        return write(revision, new Writing(conversation.get(), head, all, expires, now));
    }

    /// @param conversation as it was read
    /// @param rows all but the head
    private record Writing(Row conversation, Row head, List<Row> rows, Instant expires, Instant now) {}

    private static boolean lives(Row conversation, Instant now) {
        return conversation.has("nextSeq") && !conversation.expired(now);
    }

    /// As late as the conversation's entry in the list: whatever prolongs the conversation beyond that prolongs both.
    private static Instant expires(Row conversation) {
        long ends = conversation.number(TableKeys.TTL);
        return Instant.ofEpochSecond(Math.max(ends, conversation.number(DynamoConversationStore.LISTED, ends)));
    }

    private static boolean tooMuch(List<Row> rows) {
        return rows.size() > MOST_ROWS_TOGETHER
                || rows.stream().mapToLong(WorkspaceRows::size).sum() > MOST_BYTES_TOGETHER;
    }

    /// Nothing refers to them until the revision is written. If it never is, they lie there for as long as the
    /// conversation; the next attempt under the same key writes over them.
    private void bringBefore(ConversationKey key, List<Row> rows) {
        List<Row> together = new ArrayList<>();
        for (Row row : rows) {
            together.add(row);
            if (tooMuch(together)) {
                together.removeLast();
                bring(key, together);
                together = new ArrayList<>(List.of(row));
            }
        }
        bring(key, together);
    }

    private void bring(ConversationKey key, List<Row> rows) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(ConversationDeletion.notDeleted(table, key));
        rows.forEach(row -> actions.add(Transactions.put(table.name(), row)));
        transactions.write(UUID.randomUUID().toString(), actions);
    }

    private Committed write(NewRevision revision, Writing writing) {
        Workspace result = revision.result();
        ConversationKey key = result.key();
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(Transactions.putNew(table.name(), keyRow(revision, result.revision(), writing.expires())));
        actions.add(stillThere(key, writing.conversation(), writing.now()));
        actions.add(follows(writing.head(), revision.base()));
        writing.rows().forEach(row -> actions.add(Transactions.put(table.name(), row)));
        int conditions = actions.size();
        if (revision.reliesOn() != 0) {
            actions.add(stillKept(key, revision.reliesOn()));
        }
        String run = revision.cause().run();
        if (run != null) {
            actions.add(stillAtWork(new RunKey(key, run)));
        }
        return switch (transactions.write(UUID.randomUUID().toString(), actions)) {
            case Written.Done() -> new Committed.Done(result);
            case Written.Refused(int action, Row found)
            when action == 0 -> new Committed.AlreadyDone(found.number(WorkspaceRows.REVISION));
            case Written.Refused(int action, Row found)
            when action == 1 -> lives(found, writing.now()) ? new Committed.Conflict() : new Committed.Gone();
            case Written.Refused(int action, Row _) ->
                run != null && action >= conditions && action == actions.size() - 1
                        ? new Committed.Gone()
                        : new Committed.Conflict();
        };
    }

    private static Row keyRow(NewRevision revision, long number, Instant expires) {
        return Row.at(
                        TableKeys.conversation(revision.base().key()),
                        WorkspaceKeys.cause(revision.cause().origin()))
                .put(WorkspaceRows.REVISION, number)
                .expires(expires);
    }

    /// And has not been prolonged meanwhile, because then its rows are to be kept longer.
    private TransactWriteItem stillThere(ConversationKey key, Row read, Instant now) {
        AttributeValue listed = read.value(DynamoConversationStore.LISTED);
        Map<String, AttributeValue> values = new HashMap<>(Map.of(":now", Row.number(now.getEpochSecond())));
        if (listed != null) {
            values.put(":listed", listed);
        }
        return check(ConditionCheck.builder()
                .key(TableKeys.meta(key))
                .conditionExpression("attribute_exists(nextSeq) AND #ttl > :now AND "
                        + (listed == null ? "attribute_not_exists(#listed)" : "#listed = :listed"))
                .expressionAttributeNames(Map.of("#ttl", TableKeys.TTL, "#listed", DynamoConversationStore.LISTED))
                .expressionAttributeValues(values));
    }

    private TransactWriteItem follows(Row head, Workspace base) {
        Put.Builder put = Put.builder().tableName(table.name()).item(head.attributes());
        if (base.revision() == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("#revision = :base")
                    .expressionAttributeNames(Map.of("#revision", WorkspaceRows.REVISION))
                    .expressionAttributeValues(Map.of(":base", Row.number(base.revision())));
        }
        return TransactWriteItem.builder().put(put.build()).build();
    }

    private TransactWriteItem stillKept(ConversationKey key, long revision) {
        return check(ConditionCheck.builder()
                .key(TableKeys.key(TableKeys.conversation(key), WorkspaceKeys.revision(revision)))
                .conditionExpression("attribute_exists(pk) AND attribute_not_exists(#forgotten)")
                .expressionAttributeNames(Map.of("#forgotten", WorkspaceRows.FORGOTTEN)));
    }

    private TransactWriteItem stillAtWork(RunKey run) {
        return check(ConditionCheck.builder()
                .key(TableKeys.run(run))
                .conditionExpression("#status = :status AND attribute_not_exists(#cancel)")
                .expressionAttributeNames(Map.of("#status", "status", "#cancel", "cancel"))
                .expressionAttributeValues(
                        Map.of(":status", AttributeValue.fromS(RunCodec.text(RunStatus.IN_PROGRESS)))));
    }

    private TransactWriteItem check(ConditionCheck.Builder check) {
        return TransactWriteItem.builder()
                .conditionCheck(check.tableName(table.name())
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }

    @Override
    public Optional<Revision> revision(ConversationKey key, long number) {
        return living(TableKeys.key(TableKeys.conversation(key), WorkspaceKeys.revision(number)))
                .flatMap(row -> revision(key, row));
    }

    /// Empty for one that is being forgotten.
    private Optional<Revision> revision(ConversationKey key, Row row) {
        if (row.has(WorkspaceRows.FORGOTTEN)) {
            return Optional.empty();
        }
        long number = WorkspaceKeys.revision(row.text(TableKeys.SK));
        return parts(key, row, part -> WorkspaceKeys.revisionPart(number, part))
                .map(parts -> WorkspaceRows.revision(row, parts));
    }

    @Override
    public List<Revision> newestFirst(ConversationKey key, long before, int limit) {
        if (before <= 1 || limit <= 0) {
            return List.of();
        }
        return table
                .between(
                        TableKeys.conversation(key),
                        WorkspaceKeys.revision(1),
                        WorkspaceKeys.revision(Math.min(before - 1, WorkspaceKeys.LAST_REVISION)),
                        true,
                        limit)
                .stream()
                .filter(row -> !row.expired(clock.instant()))
                .map(row -> revision(key, row))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public Optional<Long> byKey(ConversationKey key, String causeKey) {
        String origin = new Revision.Cause(null, causeKey).origin();
        return living(TableKeys.key(TableKeys.conversation(key), WorkspaceKeys.cause(origin)))
                .map(row -> row.number(WorkspaceRows.REVISION));
    }

    @Override
    public void forgetOlder(Workspace head, int kept) {
        forgetting.forget(head, kept, this::newestFirst);
    }
}
