package dev.turnpike.aws;

import dev.turnpike.check.FileRows;
import dev.turnpike.check.Partition;
import dev.turnpike.check.Partition.CallRow;
import dev.turnpike.check.Partition.Claim;
import dev.turnpike.check.Partition.Place;
import dev.turnpike.check.Partition.RunRow;
import dev.turnpike.check.Violation;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStore.ToolRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Sorts the rows of one conversation. What people and models said is dropped row by row, so that a long conversation
/// takes little memory.
final class PartitionReader {
    private static final Pattern RUN = Pattern.compile("R#([0-9a-z]+)");
    private static final Pattern CALL = Pattern.compile("R#([0-9a-z]+)#S#([0-9]{6})#T#([0-9]{3})");

    /// Requests are content.
    private static final RunRequest NO_REQUEST = new RunRequest(
            "",
            null,
            List.of(),
            List.of(),
            Set.of(),
            ToolChoice.AUTO,
            false,
            Integer.MAX_VALUE,
            1,
            Map.of(),
            null,
            new RunRequest.Compaction.Never(),
            false,
            false,
            false,
            false,
            RunRequest.Lane.NORMAL,
            null,
            RunRequest.Calls.USUAL,
            "");

    private final ConversationKey key;
    private final Instant now;
    private final ItemRows rows;
    private final RunCodec runCodec = new RunCodec(_ -> NO_REQUEST);
    private final List<StoredItem> items = new ArrayList<>();
    private final List<Place> deletedItems = new ArrayList<>();
    private final List<RunRow> runs = new ArrayList<>();
    private final List<LedgerRow> ledger = new ArrayList<>();
    private final List<CallRow> calls = new ArrayList<>();
    private final FileRowsReader files;
    private final List<String> others = new ArrayList<>();
    private final List<Violation> unreadable = new ArrayList<>();
    private final List<KeyOfRun> keys = new ArrayList<>();
    private @Nullable Conversation head;
    private @Nullable Instant oldestItemExpires;
    private boolean deleted;
    private @Nullable ItemReader open;
    private long openSeq;

    private record KeyOfRun(String run, String keyHash) {}

    PartitionReader(ConversationKey key, JsonMapper mapper, Instant now) {
        this.key = key;
        this.now = now;
        this.files = new FileRowsReader(key);
        this.rows = new ItemRows(new ItemCodec(mapper));
    }

    void add(Row row) {
        if (row.expired(now)) {
            return;
        }
        String sk = row.text(TableKeys.SK);
        try {
            add(sk, row);
        } catch (RuntimeException e) {
            unreadable.add(new Violation(Violation.UNREADABLE, key, sk, String.valueOf(e.getMessage())));
        }
    }

    private void add(String sk, Row row) {
        Matcher run = RUN.matcher(sk);
        Matcher call = CALL.matcher(sk);
        if (sk.equals(TableKeys.META)) {
            head(row);
        } else if (sk.startsWith(TableKeys.ITEM_PREFIX)) {
            item(TableKeys.itemSeq(sk), row);
        } else if (sk.startsWith(TableKeys.LEDGER_PREFIX)) {
            ledger.add(LedgerRows.read(row));
        } else if (run.matches()) {
            run(run.group(1), row);
        } else if (call.matches()) {
            calls.add(new CallRow(call.group(1), Integer.parseInt(call.group(2)), call(call.group(3), row)));
        } else if (FileRowsReader.isOne(sk)) {
            files.add(sk, row);
            if (deleted) {
                others.add(sk);
            }
        } else {
            others.add(sk);
        }
    }

    /// The parts of an item follow it.
    private void item(long seq, Row row) {
        oldestItemExpires =
                oldestItemExpires == null ? Instant.ofEpochSecond(row.number(TableKeys.TTL)) : oldestItemExpires;
        if (row.has(ItemRows.DELETED)) {
            endItem();
            deletedItems.add(new Place(
                    seq, row.optionalText("run"), (int) row.number("step", 0), Instant.ofEpochMilli(row.number("at"))));
            return;
        }
        if (open == null || seq != openSeq) {
            endItem();
            open = new ItemReader(rows, now, Integer.MAX_VALUE, Long.MAX_VALUE);
            openSeq = seq;
        }
        open.add(row);
        if (!open.torn()) {
            open.items().forEach(item -> items.add(withoutContent(item)));
            open = null;
        }
    }

    private void endItem() {
        if (open != null) {
            unreadable.add(
                    new Violation(Violation.UNREADABLE, key, TableKeys.item(openSeq), "lacks some of its parts"));
            open = null;
        }
    }

    private void head(Row row) {
        deleted = ConversationDeletion.isTombstone(row);
        if (!deleted) {
            head = DynamoConversationStore.read(key, row);
        }
    }

    private void run(String id, Row row) {
        Run run = runCodec.read(new RunKey(key, id), row);
        String shard = TableKeys.active(RunCodec.shard(run.key()));
        runs.add(new RunRow(run, shard.equals(row.optionalText(TableKeys.GSI1_PK))));
        String keyHash = row.optionalText(RunCodec.IDEMPOTENCY);
        if (keyHash != null) {
            keys.add(new KeyOfRun(id, keyHash));
        }
    }

    private ToolRecord call(String index, Row row) {
        Item.ToolResult result = row.flag("done") && rows.content(row, List.of()) instanceof Item.ToolResult found
                ? (Item.ToolResult) withoutContent(found)
                : null;
        return new ToolRecord(Integer.parseInt(index), row.text("tool"), row.text("key"), result);
    }

    private static StoredItem withoutContent(StoredItem stored) {
        return new StoredItem(
                stored.seq(), stored.run(), stored.step(), stored.createdAt(), withoutContent(stored.item()));
    }

    private static Item withoutContent(Item item) {
        return switch (item) {
            case Item.Message message ->
                new Item.Message(message.id(), message.role(), List.of(), message.incomplete());
            case Item.ToolCall call -> new Item.ToolCall(call.id(), call.callId(), call.name(), "", call.executor());
            case Item.ToolResult result ->
                new Item.ToolResult(result.id(), result.callId(), "", result.outcome(), result.executor());
            case Item.Reasoning reasoning -> new Item.Reasoning(reasoning.id(), "");
            case Item.ApprovalRequest request -> new Item.ApprovalRequest(request.id(), request.name(), "", "");
            case Item.Approval approval ->
                new Item.Approval(
                        approval.id(), approval.requestId(), approval.approved(), null, approval.name(), "", "");
            case Item.Draft draft -> new Item.Draft(draft.id(), "", "");
            case Item.Compaction compaction -> new Item.Compaction(compaction.id(), "", "", compaction.kept());
        };
    }

    /// @param runUnderKey the run that an idempotency record leads to
    Partition partition(BiFunction<ConversationKey, String, Optional<String>> runUnderKey) {
        endItem();
        FileRows fileRows = fileRows();
        List<Claim> claims = keys.stream()
                .map(of ->
                        new Claim(of.run(), runUnderKey.apply(key, of.keyHash()).orElse(null)))
                .toList();
        return new Partition(
                key,
                head,
                deleted,
                items,
                deletedItems,
                oldestItemExpires,
                runs,
                ledger,
                calls,
                claims,
                fileRows,
                others,
                unreadable);
    }

    private @Nullable FileRows fileRows() {
        try {
            return files.rows();
        } catch (RuntimeException e) {
            unreadable.add(
                    new Violation(Violation.UNREADABLE, key, WorkspaceKeys.HEAD, String.valueOf(e.getMessage())));
            return null;
        }
    }
}
