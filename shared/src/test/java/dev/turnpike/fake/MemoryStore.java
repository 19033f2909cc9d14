package dev.turnpike.fake;

import dev.turnpike.check.Partition;
import dev.turnpike.check.Partition.CallRow;
import dev.turnpike.check.Partition.RunRow;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StepCommit.After;
import dev.turnpike.run.StopReason;
import dev.turnpike.usage.Charge;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The table in memory: the same conditions, all of a transaction or nothing, milliseconds, an index that can lag.
public final class MemoryStore implements RunStore, ConversationStore {
    private static final Duration IDEMPOTENCY_WINDOW = Duration.ofHours(24);

    private final InstantSource clock;
    private final Duration timeToLive;
    private final PortCalls calls;
    private final Map<ConversationKey, Conversation> heads = new HashMap<>();
    private final Set<ConversationKey> deleted = new HashSet<>();
    private final Map<ConversationKey, TreeMap<Long, Kept<StoredItem>>> items = new HashMap<>();
    private final Map<ConversationKey, Set<Long>> deletedItems = new HashMap<>();
    private final Map<RunKey, Kept<Run>> runs = new HashMap<>();
    private final Map<RunKey, Boolean> deletedRuns = new HashMap<>();
    private final Map<RunKey, TreeMap<Attempt, LedgerRow>> ledger = new HashMap<>();
    private final Map<ToolCall, ToolRecord> toolCalls = new HashMap<>();
    private final Map<String, Kept<Idempotency>> idempotency = new HashMap<>();
    private final Map<StepCommit, Run> committed = new HashMap<>();
    private final Map<RunKey, List<Long>> fences = new HashMap<>();
    private @Nullable Map<RunKey, Kept<Run>> heldIndex;
    private @Nullable Flaw flaw;
    private Consumer<ConversationKey> whenDeleted = _ -> {};

    /// What a store must not do, for tests of the tests.
    public enum Flaw {
        /// Whoever commits is believed to hold the run.
        COMMITS_WITHOUT_FENCE,
        /// The ledger is written ahead of the commit, and not with it.
        LEDGER_BEFORE_COMMIT,
        /// Of those who wait, whoever asks first has the next turn.
        TURNS_IN_NO_ORDER
    }

    private final Map<ConversationKey, List<RunKey>> queues = new HashMap<>();
    private final Map<ConversationKey, List<RunKey>> arrivals = new HashMap<>();
    private final Map<RunKey, List<Item>> waitingItems = new HashMap<>();

    /// The runs that used them.
    private final Map<String, String> approvals = new HashMap<>();

    private record Kept<T>(T value, Instant until) {
        boolean gone(Instant now) {
            return until.getEpochSecond() <= now.getEpochSecond();
        }
    }

    private record Attempt(int step, long fence) implements Comparable<Attempt> {
        @Override
        public int compareTo(Attempt other) {
            return Comparator.comparingInt(Attempt::step)
                    .thenComparingLong(Attempt::fence)
                    .compare(this, other);
        }
    }

    private record ToolCall(RunKey run, int step, int index) {}

    private record Idempotency(RunKey run, String requestHash) {}

    /// @param timeToLive of a conversation after its last run
    public MemoryStore(InstantSource clock, Duration timeToLive, PortCalls calls) {
        this.clock = clock;
        this.timeToLive = timeToLive;
        this.calls = calls;
    }

    // What tests do to it.

    /// From now on it has this flaw.
    public synchronized void plant(Flaw planted) {
        flaw = planted;
    }

    /// What else goes with a conversation.
    void whenDeleted(Consumer<ConversationKey> deletion) {
        whenDeleted = deletion;
    }

    /// Somebody wants the run to end.
    public synchronized void requestCancel(RunKey key) {
        change(key, draft -> draft.cancelRequested = true);
    }

    /// From now on the index of active runs shows what is active at this moment.
    public synchronized void holdIndex() {
        heldIndex = new HashMap<>(runs);
    }

    /// The index has caught up.
    public synchronized void letGoOfIndex() {
        heldIndex = null;
    }

    // What the invariants are checked on.

    /// By conversation, the deleted ones included.
    synchronized List<Partition> partitions() {
        Set<ConversationKey> keys = new LinkedHashSet<>(heads.keySet());
        keys.addAll(deleted);
        return keys.stream().map(this::partition).toList();
    }

    private Partition partition(ConversationKey key) {
        List<Run> mine = runs().stream()
                .filter(run -> run.key().conversation().equals(key))
                .toList();
        Instant oldestExpires =
                rows(key).isEmpty() ? null : rows(key).firstEntry().getValue().until();
        return new Partition(
                key,
                heads.get(key),
                deleted.contains(key),
                items(key),
                rows(key).values().stream()
                        .map(Kept::value)
                        .filter(item -> isDeleted(key, item.seq()))
                        .map(item -> new Partition.Place(item.seq(), item.run(), item.step(), item.createdAt()))
                        .toList(),
                oldestExpires,
                mine.stream()
                        .map(run -> new RunRow(run, !run.status().terminal()))
                        .toList(),
                ledger.entrySet().stream()
                        .filter(of -> of.getKey().conversation().equals(key))
                        .flatMap(of -> of.getValue().values().stream())
                        .toList(),
                toolCalls.entrySet().stream()
                        .filter(call -> call.getKey().run().conversation().equals(key))
                        .map(call -> new CallRow(
                                call.getKey().run().run(), call.getKey().step(), call.getValue()))
                        .toList(),
                List.of(),
                null,
                List.of(),
                List.of());
    }

    Instant now() {
        return clock.instant();
    }

    public synchronized List<Run> runs() {
        return runs.values().stream().map(Kept::value).toList();
    }

    synchronized List<StoredItem> items(ConversationKey key) {
        return rows(key).values().stream()
                .map(Kept::value)
                .filter(item -> !isDeleted(key, item.seq()))
                .toList();
    }

    private boolean isDeleted(ConversationKey key, long seq) {
        return deletedItems.getOrDefault(key, Set.of()).contains(seq);
    }

    /// What a run has put into its conversation.
    public synchronized List<StoredItem> itemsOf(RunKey run) {
        return items(run.conversation()).stream()
                .filter(item -> run.run().equals(item.run()))
                .toList();
    }

    /// All rows, those of deleted conversations too.
    public synchronized List<LedgerRow> ledger() {
        return ledger.values().stream().flatMap(rows -> rows.values().stream()).toList();
    }

    /// The same, each with its run.
    public synchronized List<Charge> charges() {
        return ledger.entrySet().stream()
                .flatMap(of -> of.getValue().values().stream().map(row -> new Charge(of.getKey(), row)))
                .toList();
    }

    /// Every fence that was ever taken, in order.
    synchronized List<Long> fences(RunKey key) {
        return List.copyOf(fences.getOrDefault(key, List.of()));
    }

    /// The runs of a conversation in the order in which it took them in.
    public synchronized List<RunKey> arrivals(ConversationKey key) {
        return List.copyOf(arrivals.getOrDefault(key, List.of()));
    }

    /// Everything there is, to be compared with what there is later.
    public synchronized String snapshot() {
        Map<ConversationKey, TreeMap<Long, Kept<StoredItem>>> kept = new HashMap<>(items);
        kept.values().removeIf(Map::isEmpty);
        return String.join(
                "\n",
                "" + heads,
                "" + kept,
                "" + runs,
                "" + ledger,
                "" + toolCalls,
                "" + idempotency,
                "" + deletedItems,
                "" + deletedRuns,
                "" + waitingItems);
    }

    // Runs.

    @Override
    public Creation create(NewRun run) {
        return calls.through("create", () -> createNow(run));
    }

    private synchronized Creation createNow(NewRun run) {
        NewRun.Idempotency wanted = run.idempotency();
        Kept<Idempotency> earlier =
                wanted == null ? null : idempotency.get(slot(run.key().tenant(), wanted));
        if (!fits(run)) {
            return new Creation.Locked();
        }
        if (wanted != null && earlier != null && !earlier.gone(clock.instant())) {
            return repeated(wanted, earlier.value());
        }
        Sizes.check(run);
        Run created = RunDraft.created(run);
        if (created.waiting()) {
            queue(run.key().conversation()).add(run.key());
            waitingItems.put(run.key(), run.input());
        } else {
            head(run);
            add(created, run.place().firstSeq(), 0, run.input(), run.createdAt(), run.expiresAt());
        }
        runs.put(run.key(), new Kept<>(created, run.expiresAt()));
        arrivals.computeIfAbsent(run.key().conversation(), _ -> new ArrayList<>())
                .add(run.key());
        if (created.fence() > 0) {
            fenceTaken(created);
        }
        if (wanted != null) {
            Instant day = run.createdAt().plus(IDEMPOTENCY_WINDOW);
            Instant until = day.isBefore(run.expiresAt()) ? day : run.expiresAt();
            idempotency.put(
                    slot(run.key().tenant(), wanted),
                    new Kept<>(new Idempotency(run.key(), wanted.requestHash()), until));
        }
        return new Creation.Created(created);
    }

    private static String slot(String tenant, NewRun.Idempotency idempotency) {
        return tenant + "/" + idempotency.keyHash();
    }

    private boolean fits(NewRun run) {
        Conversation head = heads.get(run.key().conversation());
        return switch (run.place()) {
            case Place.NewConversation _ -> head == null;
            case Place.Append(long firstSeq, ForkPoint _) ->
                head != null && head.activeRun() == null && head.nextSeq() == firstSeq && nobodyWaits(head.key());
            case Place.Waiting(boolean next, ForkPoint _) -> {
                int waiting = head == null ? 0 : queue(head.key()).size();
                yield head != null
                        && (head.activeRun() != null || (waiting > 0 && !next))
                        && waiting < (next ? 1 : MOST_WAITING_RUNS);
            }
        };
    }

    private boolean nobodyWaits(ConversationKey key) {
        queue(key).removeIf(run -> read(run).filter(Run::waiting).isEmpty());
        return queue(key).isEmpty();
    }

    private Creation repeated(NewRun.Idempotency wanted, Idempotency found) {
        if (!found.requestHash().equals(wanted.requestHash())) {
            return new Creation.KeyReused();
        }
        return read(found.run()).<Creation>map(Creation.Repeated::new).orElseGet(Creation.KeyReused::new);
    }

    private void head(NewRun run) {
        ConversationKey key = run.key().conversation();
        long end = run.place().firstSeq() + run.input().size();
        Conversation old = heads.get(key);
        Instant listed = Conversation.listedUntil(run.createdAt(), run.expiresAt());
        heads.put(
                key,
                new Conversation(
                        key,
                        end,
                        run.key().run(),
                        run.place().parent(),
                        old == null ? Totals.ZERO : old.totals(),
                        old == null ? Map.of() : old.metadata(),
                        old == null ? RunDraft.millis(run.createdAt()) : old.createdAt(),
                        seconds(run.expiresAt()),
                        old != null ? old.listedUntil() : run.request().store() ? seconds(listed) : null));
    }

    private void add(Run run, long from, int step, List<Item> added, Instant at, Instant until) {
        long seq = from;
        for (Item item : added) {
            var stored = new StoredItem(seq, run.key().run(), step, RunDraft.millis(at), item);
            rows(run.key().conversation()).put(seq++, new Kept<>(stored, until));
        }
    }

    @Override
    public Optional<Creation> earlier(String tenant, NewRun.Idempotency wanted) {
        return calls.through("earlier", () -> earlierNow(tenant, wanted));
    }

    private synchronized Optional<Creation> earlierNow(String tenant, NewRun.Idempotency wanted) {
        return Optional.ofNullable(idempotency.get(slot(tenant, wanted)))
                .filter(found -> !found.gone(clock.instant()))
                .map(found -> repeated(wanted, found.value()));
    }

    @Override
    public Optional<Run> find(RunKey key) {
        return calls.through("find", () -> read(key));
    }

    private synchronized Optional<Run> read(RunKey key) {
        return Optional.ofNullable(runs.get(key))
                .filter(row -> !row.gone(clock.instant()) && !deletedRuns.containsKey(key))
                .map(Kept::value);
    }

    @Override
    public Acquisition acquire(RunKey key, int step, Instant now, Instant leaseUntil, String owner) {
        return calls.through("acquire", () -> acquireNow(key, step, RunDraft.millis(now), leaseUntil));
    }

    private synchronized Acquisition acquireNow(RunKey key, int step, Instant now, Instant leaseUntil) {
        Run run = read(key).orElse(null);
        if (run == null) {
            return new Acquisition.Unknown();
        }
        if (run.status().terminal()) {
            return new Acquisition.Ended(run);
        }
        if (run.waiting()) {
            return new Acquisition.Waiting(run);
        }
        if (run.step() != step) {
            return new Acquisition.Stale(run);
        }
        if (!run.leaseUntil().isBefore(now)) {
            return new Acquisition.Held(run.leaseUntil());
        }
        if (run.attempts() >= run.limits().maxAttempts()) {
            return new Acquisition.Exhausted(run);
        }
        if (run.changedAt().isAfter(now)) {
            return new Acquisition.Held(run.changedAt());
        }
        Run taken = change(key, draft -> {
            draft.status = RunStatus.IN_PROGRESS;
            draft.fence++;
            draft.attempts++;
            draft.resends = 0;
            draft.leaseUntil = RunDraft.millis(leaseUntil);
            draft.changedAt = now;
        });
        fenceTaken(taken);
        return new Acquisition.Acquired(taken);
    }

    private void fenceTaken(Run run) {
        fences.computeIfAbsent(run.key(), _ -> new ArrayList<>()).add(run.fence());
    }

    private List<RunKey> queue(ConversationKey key) {
        return queues.computeIfAbsent(key, _ -> new ArrayList<>());
    }

    @Override
    public Turn takeTurn(Run waiting, Instant now) {
        return calls.through("takeTurn", () -> takeTurnNow(waiting, RunDraft.millis(now)));
    }

    private synchronized Turn takeTurnNow(Run waiting, Instant now) {
        ConversationKey key = waiting.key().conversation();
        Conversation head = heads.get(key);
        Kept<Run> row = runs.get(waiting.key());
        if (head == null || row == null || !queue(key).contains(waiting.key())) {
            return Turn.GONE;
        }
        if (head.activeRun() != null) {
            return Turn.NOT_YET;
        }
        queue(key).removeIf(run -> read(run).filter(Run::waiting).isEmpty());
        if (!row.value().waiting()) {
            return Turn.GONE;
        }
        boolean first = queue(key).getFirst().equals(waiting.key());
        if (!first && flaw != Flaw.TURNS_IN_NO_ORDER) {
            return Turn.NOT_YET;
        }
        queue(key).remove(waiting.key());
        List<Item> input = new ArrayList<>();
        for (Item item : waitingItems.getOrDefault(waiting.key(), List.of())) {
            input.add(item.withId(Ids.moved(item.id(), head.nextSeq() + input.size())));
        }
        long end = head.nextSeq() + input.size();
        Run placed = change(waiting.key(), draft -> {
            draft.firstSeq = head.nextSeq();
            draft.inputEnd = end;
            draft.endSeq = end;
            draft.changedAt = now;
        });
        heads.put(
                key,
                new Conversation(
                        key,
                        end,
                        waiting.key().run(),
                        head.parent(),
                        head.totals(),
                        head.metadata(),
                        head.createdAt(),
                        head.expiresAt(),
                        head.listedUntil()));
        add(placed, head.nextSeq(), 0, input, now, row.until());
        waitingItems.remove(waiting.key());
        return Turn.TAKEN;
    }

    @Override
    public Optional<Run> endWaiting(Run waiting, StopReason reason, Instant now) {
        return calls.through("endWaiting", () -> endWaitingNow(waiting, reason, RunDraft.millis(now)));
    }

    private synchronized Optional<Run> endWaitingNow(Run waiting, StopReason reason, Instant now) {
        return read(waiting.key())
                .filter(Run::waiting)
                .map(_ -> change(waiting.key(), draft -> {
                    draft.status = reason.status();
                    draft.stopReason = reason;
                    draft.changedAt = now;
                    draft.endedAt = now;
                }));
    }

    @Override
    public Commit commit(StepCommit commit) {
        LedgerRow row = commit.settled();
        if (flaw == Flaw.LEDGER_BEFORE_COMMIT && row != null) {
            calls.through("charge", () -> chargeNow(commit.run().key(), row));
        }
        return calls.through("commit", () -> commitNow(commit));
    }

    private synchronized Commit commitNow(StepCommit commit) {
        Run before = committed.get(commit);
        if (before != null) {
            return new Commit.Committed(before);
        }
        Sizes.check(commit);
        Run given = commit.run();
        Kept<Run> row = runs.get(given.key());
        boolean blind = flaw == Flaw.COMMITS_WITHOUT_FENCE;
        if (row == null || !(blind || held(row.value(), given))) {
            sweep(given.key().conversation());
            return new Commit.FencedOut();
        }
        boolean cancelling =
                commit.after() instanceof After.Finish finish && finish.reason().status() == RunStatus.CANCELLED;
        if (row.value().cancelRequested() && !cancelling) {
            return new Commit.CancelRequested();
        }
        Conversation head = heads.get(given.key().conversation());
        boolean ours = head != null
                && head.nextSeq() == given.endSeq()
                && given.key().run().equals(head.activeRun());
        if (head == null || !(blind || ours)) {
            return new Commit.FencedOut();
        }
        Run after = apply(commit, head);
        committed.put(commit, after);
        return new Commit.Committed(after);
    }

    /// The condition of every write of a holder.
    private static boolean held(Run row, Run given) {
        return row.fence() == given.fence() && row.step() == given.step() && row.status() == RunStatus.IN_PROGRESS;
    }

    private Run apply(StepCommit commit, Conversation head) {
        RunKey key = commit.run().key();
        Instant until = commit.run().request().store()
                ? commit.now().plus(timeToLive)
                : commit.run().limits().unstoredUntil();
        long from = commit.run().endSeq();
        LedgerRow settled = commit.settled();
        Run after = change(key, draft -> move(draft, commit));
        runs.put(key, new Kept<>(after, until));
        if (commit.after() instanceof After.Keep) {
            fenceTaken(after);
        }
        add(after, from, commit.run().step(), commit.items(), commit.now(), until);
        if (settled != null) {
            charge(key, settled);
        }
        heads.put(
                key.conversation(),
                new Conversation(
                        head.key(),
                        after.endSeq(),
                        after.status().terminal() ? null : head.activeRun(),
                        head.parent(),
                        Sums.plus(head.totals(), settled),
                        head.metadata(),
                        head.createdAt(),
                        seconds(until),
                        head.listedUntil()));
        return after;
    }

    private static void move(RunDraft draft, StepCommit commit) {
        draft.step += commit.stepDone() ? 1 : 0;
        draft.leaseUntil = Instant.EPOCH;
        draft.attempts = 0;
        draft.resends = 0;
        draft.endSeq += commit.items().size();
        draft.changedAt = RunDraft.millis(commit.now());
        draft.spent = Sums.plus(draft.spent, commit.settled());
        draft.servedBy = draft.servedBy.and(commit.run().request().model(), commit.settled());
        if (commit.settled() != null) {
            draft.priceVersion = commit.settled().cost().priceVersion();
        }
        if (draft.ttftMillis < 0) {
            draft.ttftMillis = commit.ttftMillis();
        }
        switch (commit.after()) {
            case After.Keep keep -> {
                draft.fence++;
                draft.attempts = 1;
                draft.leaseUntil = RunDraft.millis(keep.leaseUntil());
            }
            case After.Release() -> {}
            case After.Finish finish -> {
                draft.status = finish.reason().status();
                draft.stopReason = finish.reason();
                draft.error = finish.error();
                draft.endedAt = RunDraft.millis(commit.now());
            }
        }
    }

    private boolean charge(RunKey key, LedgerRow row) {
        return ledger.computeIfAbsent(key, _ -> new TreeMap<>()).putIfAbsent(new Attempt(row.step(), row.fence()), row)
                == null;
    }

    @Override
    public boolean renew(Run run, Instant leaseUntil) {
        return calls.through("renew", () -> renewNow(run, leaseUntil));
    }

    private synchronized boolean renewNow(Run run, Instant leaseUntil) {
        Kept<Run> row = runs.get(run.key());
        boolean ours = row != null && held(row.value(), run);
        if (ours) {
            change(run.key(), draft -> draft.leaseUntil = RunDraft.millis(leaseUntil));
        } else {
            sweep(run.key().conversation());
        }
        return ours;
    }

    @Override
    public void release(Run run, Instant due) {
        calls.through("release", () -> releaseNow(run, due, 0));
    }

    @Override
    public void putOff(Run run, Instant due) {
        calls.through("putOff", () -> releaseNow(run, due, 1));
    }

    private synchronized void releaseNow(Run run, Instant due, int uncounted) {
        Kept<Run> row = runs.get(run.key());
        if (row != null && held(row.value(), run)) {
            change(run.key(), draft -> {
                draft.leaseUntil = Instant.EPOCH;
                draft.changedAt = RunDraft.millis(due);
                draft.attempts -= uncounted;
            });
        }
    }

    @Override
    public void abandon(RunKey key, LedgerRow row) {
        calls.through("abandon", () -> chargeNow(key, row));
    }

    private synchronized void chargeNow(RunKey key, LedgerRow row) {
        charge(key, row);
    }

    @Override
    public Map<Integer, ToolRecord> toolRecords(Run run) {
        return calls.through("toolRecords", () -> toolRecordsNow(run));
    }

    private synchronized Map<Integer, ToolRecord> toolRecordsNow(Run run) {
        Map<Integer, ToolRecord> found = new HashMap<>();
        toolCalls.forEach((call, record) -> {
            if (call.run().equals(run.key()) && call.step() == run.step()) {
                found.put(call.index(), record);
            }
        });
        return found;
    }

    @Override
    public boolean intend(Run run, ToolRecord intent) {
        return calls.through("intend", () -> intendNow(run, intent));
    }

    private synchronized boolean intendNow(Run run, ToolRecord intent) {
        Kept<Run> row = runs.get(run.key());
        return row != null
                && held(row.value(), run)
                && !row.value().cancelRequested()
                && toolCalls.putIfAbsent(new ToolCall(run.key(), run.step(), intent.index()), intent) == null;
    }

    @Override
    public void saveToolResult(Run run, ToolRecord done) {
        if (done.result() == null) {
            throw new IllegalArgumentException("a tool record without a result is an intent");
        }
        Sizes.check(done.result());
        calls.through("saveToolResult", () -> saveNow(run, done));
    }

    private synchronized void saveNow(Run run, ToolRecord done) {
        if (deleted.contains(run.key().conversation())) {
            return;
        }
        toolCalls.merge(
                new ToolCall(run.key(), run.step(), done.index()),
                done,
                (old, more) -> old.result() == null ? more : old);
    }

    @Override
    public boolean useApproval(Run run, String request) {
        return calls.through("useApproval", () -> useApprovalNow(run, request));
    }

    private synchronized boolean useApprovalNow(Run run, String request) {
        String user = approvals.putIfAbsent(
                run.key().tenant() + '|' + request, run.key().run());
        return user == null || user.equals(run.key().run());
    }

    @Override
    public boolean resend(Run run, Instant now) {
        return calls.through("resend", () -> resendNow(run, now));
    }

    private synchronized boolean resendNow(Run run, Instant now) {
        if (run.status().terminal() || moved(run)) {
            return false;
        }
        change(run.key(), draft -> {
            draft.resends++;
            draft.changedAt = RunDraft.millis(now);
        });
        return true;
    }

    private boolean moved(Run run) {
        Kept<Run> row = runs.get(run.key());
        return row == null
                || row.value().fence() != run.fence()
                || row.value().step() != run.step()
                || row.value().status() != run.status()
                || !row.value().changedAt().equals(RunDraft.millis(run.changedAt()));
    }

    @Override
    public boolean lookAgain(Run waiting, Instant due) {
        return calls.through("lookAgain", () -> lookAgainNow(waiting, due));
    }

    private synchronized boolean lookAgainNow(Run waiting, Instant due) {
        if (!waiting.waiting() || moved(waiting)) {
            return false;
        }
        change(waiting.key(), draft -> {
            draft.resends = 0;
            draft.changedAt = RunDraft.millis(due);
        });
        return true;
    }

    @Override
    public Cancellation requestCancel(RunKey key, Instant now) {
        return calls.through("requestCancel", () -> requestCancelNow(key));
    }

    private synchronized Cancellation requestCancelNow(RunKey key) {
        Run run = read(key).orElse(null);
        if (run == null) {
            return new Cancellation.Unknown();
        }
        return run.status().terminal()
                ? new Cancellation.Ended(run)
                : new Cancellation.Noted(change(key, draft -> draft.cancelRequested = true));
    }

    @Override
    public Deletion delete(RunKey key, boolean withItems, Instant now) {
        return calls.through("deleteRun", () -> deleteNow(key, withItems));
    }

    private synchronized Deletion deleteNow(RunKey key, boolean withItems) {
        Run run = read(key).orElse(null);
        if (run != null && !run.status().terminal()) {
            return Deletion.IN_FLIGHT;
        }
        if (run == null) {
            return Deletion.UNKNOWN;
        }
        deletedRuns.put(key, withItems);
        toolCalls.keySet().removeIf(call -> call.run().equals(key));
        waitingItems.remove(key);
        if (withItems) {
            Set<String> called = new HashSet<>();
            for (StoredItem item : between(key.conversation(), run.firstSeq(), run.endSeq())) {
                deleteOrEmpty(key.conversation(), item, called);
            }
        }
        return Deletion.DELETED;
    }

    /// The result of a call that an earlier run left behind keeps its place: the next run would start the tool anew.
    private void deleteOrEmpty(ConversationKey key, StoredItem stored, Set<String> called) {
        switch (stored.item()) {
            case Item.ToolResult result
            when result.executor() == Executor.SERVER && !called.contains(result.callId()) -> {
                var empty = new Item.ToolResult(result.id(), result.callId(), "", result.outcome(), result.executor());
                var emptied = new StoredItem(stored.seq(), stored.run(), stored.step(), stored.createdAt(), empty);
                rows(key).computeIfPresent(stored.seq(), (_, row) -> new Kept<>(emptied, row.until()));
            }
            case Item.ToolCall call -> {
                called.add(call.callId());
                markDeleted(key, stored.seq());
            }
            case Item.ToolResult _,
                    Item.Message _,
                    Item.Reasoning _,
                    Item.ApprovalRequest _,
                    Item.Approval _,
                    Item.Compaction _,
                    Item.Draft _ -> markDeleted(key, stored.seq());
        }
    }

    private void markDeleted(ConversationKey key, long seq) {
        Item nothing = Item.Message.text("", Item.Role.USER, "");
        rows(key).computeIfPresent(seq, (_, row) -> {
            StoredItem item = row.value();
            var left = new StoredItem(seq, item.run(), item.step(), item.createdAt(), nothing);
            return new Kept<>(left, row.until());
        });
        deletedItems.computeIfAbsent(key, _ -> new HashSet<>()).add(seq);
    }

    @Override
    public List<Item> waitingInput(Run run) {
        return calls.through("waitingInput", () -> waitingInputNow(run.key()));
    }

    private synchronized List<Item> waitingInputNow(RunKey key) {
        return waitingItems.getOrDefault(key, List.of());
    }

    @Override
    public boolean cancelRequested(RunKey key) {
        // Asked beside the work, at no certain moment: counted, it would give the calls of a scenario other numbers.
        return read(key).map(Run::cancelRequested).orElse(true);
    }

    @Override
    public void replySent(RunKey key) {
        calls.through("replySent", () -> replySentNow(key));
    }

    private synchronized void replySentNow(RunKey key) {
        Kept<Run> row = runs.get(key);
        Reply reply = row == null ? null : row.value().reply();
        if (reply != null) {
            change(key, draft -> draft.reply = new Reply(reply.key(), reply.envelope(), true));
        }
    }

    @Override
    public Stream<RunKey> active(int shard) {
        return calls.through("active", () -> activeNow(shard).stream());
    }

    private synchronized List<RunKey> activeNow(int shard) {
        Map<RunKey, Kept<Run>> seen = heldIndex == null ? runs : heldIndex;
        return seen.values().stream()
                .map(Kept::value)
                .filter(run -> !run.status().terminal())
                .filter(run -> Math.floorMod(run.key().run().hashCode(), ACTIVE_SHARDS) == shard)
                .sorted(Comparator.comparing(Run::createdAt)
                        .thenComparing(run -> run.key().run()))
                .map(Run::key)
                .toList();
    }

    @Override
    public List<LedgerRow> ledger(RunKey key) {
        return calls.through("ledger", () -> ledgerNow(key));
    }

    private synchronized List<LedgerRow> ledgerNow(RunKey key) {
        return List.copyOf(ledger.getOrDefault(key, new TreeMap<>()).values());
    }

    private interface Edit {
        void to(RunDraft draft);
    }

    private Run change(RunKey key, Edit edit) {
        Kept<Run> row = runs.get(key);
        if (row == null) {
            throw new IllegalArgumentException("there is no run " + key);
        }
        var draft = new RunDraft(row.value());
        edit.to(draft);
        Run after = draft.run();
        runs.put(key, new Kept<>(after, row.until()));
        return after;
    }

    // Conversations.

    @Override
    public boolean create(NewConversation made) {
        return calls.through("createConversation", () -> createNow(made));
    }

    private synchronized boolean createNow(NewConversation made) {
        Sizes.check(made.items(), 2);
        Instant listed = Conversation.listedUntil(made.createdAt(), made.expiresAt());
        var head = new Conversation(
                made.key(),
                made.items().size(),
                null,
                null,
                Totals.ZERO,
                made.metadata(),
                RunDraft.millis(made.createdAt()),
                seconds(made.expiresAt()),
                seconds(listed));
        if (heads.containsKey(made.key()) || deleted.contains(made.key())) {
            return false;
        }
        heads.put(made.key(), head);
        addAlone(made.key(), 0, made.items(), made.createdAt(), made.expiresAt());
        return true;
    }

    private void addAlone(ConversationKey key, long from, List<Item> added, Instant at, Instant until) {
        long seq = from;
        for (Item item : added) {
            rows(key).put(seq, new Kept<>(new StoredItem(seq, null, 0, RunDraft.millis(at), item), until));
            seq++;
        }
    }

    @Override
    public boolean describe(ConversationKey key, Map<String, String> metadata, Instant now) {
        return calls.through("describe", () -> changeHead(key, head -> with(head, metadata, head.listedUntil())));
    }

    private synchronized boolean changeHead(ConversationKey key, UnaryOperator<Conversation> change) {
        boolean there = head(key).isPresent();
        if (there) {
            heads.computeIfPresent(key, (_, head) -> change.apply(head));
        }
        return there;
    }

    private static Conversation with(Conversation head, Map<String, String> metadata, @Nullable Instant listed) {
        return new Conversation(
                head.key(),
                head.nextSeq(),
                head.activeRun(),
                head.parent(),
                head.totals(),
                metadata,
                head.createdAt(),
                head.expiresAt(),
                listed);
    }

    @Override
    public List<Conversation> newestFirst(String tenant, @Nullable String before, int limit) {
        return calls.through("listConversations", () -> newestNow(tenant, before, limit));
    }

    private synchronized List<Conversation> newestNow(String tenant, @Nullable String before, int limit) {
        Instant now = clock.instant();
        return heads.values().stream()
                .filter(head -> head.key().tenant().equals(tenant))
                .filter(head -> head.expiresAt().isAfter(now))
                .filter(head -> head.listedUntil() != null && head.listedUntil().isAfter(now))
                .filter(head -> before == null || head.key().id().compareTo(before) < 0)
                .sorted(Comparator.comparing((Conversation head) -> head.key().id())
                        .reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public void keepListed(ConversationKey key, Instant until) {
        calls.through("keepListed", () -> {
            changeHead(key, head -> with(head, head.metadata(), seconds(until)));
        });
    }

    @Override
    public Change add(ConversationKey key, long firstSeq, List<Item> added, Instant now, Instant expiresAt) {
        return calls.through("addItems", () -> addNow(key, firstSeq, added, now, expiresAt));
    }

    private synchronized Change addNow(
            ConversationKey key, long firstSeq, List<Item> added, Instant now, Instant expiresAt) {
        Sizes.check(added, 1);
        Conversation head = heads.get(key);
        if (head == null) {
            return Change.GONE;
        }
        if (head.activeRun() != null || head.nextSeq() != firstSeq || !nobodyWaits(key)) {
            return Change.BUSY;
        }
        heads.put(
                key,
                new Conversation(
                        key,
                        firstSeq + added.size(),
                        null,
                        head.parent(),
                        head.totals(),
                        head.metadata(),
                        head.createdAt(),
                        seconds(expiresAt),
                        head.listedUntil()));
        addAlone(key, firstSeq, added, now, expiresAt);
        return Change.DONE;
    }

    @Override
    public Change remove(ConversationKey key, List<StoredItem> gone, Instant now) {
        return calls.through("removeItems", () -> removeNow(key, gone));
    }

    private synchronized Change removeNow(ConversationKey key, List<StoredItem> gone) {
        Conversation head = head(key).orElse(null);
        if (head == null) {
            return Change.GONE;
        }
        if (head.activeRun() != null) {
            return Change.BUSY;
        }
        if (gone.stream()
                .anyMatch(item -> between(key, item.seq(), item.seq() + 1).isEmpty())) {
            return Change.GONE;
        }
        for (StoredItem item : gone) {
            markDeleted(key, item.seq());
            toolCalls
                    .keySet()
                    .removeIf(call -> call.run().conversation().equals(key)
                            && call.run().run().equals(item.run())
                            && call.step() == item.step());
        }
        return Change.DONE;
    }

    @Override
    public boolean delete(ConversationKey key, Instant now) {
        return calls.through("deleteConversation", () -> deleteNow(key));
    }

    private synchronized boolean deleteNow(ConversationKey key) {
        boolean existed = head(key).isPresent();
        if (existed) {
            heads.remove(key);
            deleted.add(key);
            whenDeleted.accept(key);
        }
        sweep(key);
        return existed;
    }

    /// What a holder wrote after the deletion goes when the holder finds out.
    private void sweep(ConversationKey key) {
        if (deleted.contains(key)) {
            items.remove(key);
            queues.remove(key);
            waitingItems.keySet().removeIf(run -> run.conversation().equals(key));
            runs.keySet().removeIf(run -> run.conversation().equals(key));
            toolCalls.keySet().removeIf(call -> call.run().conversation().equals(key));
        }
    }

    @Override
    public Optional<Conversation> find(ConversationKey key) {
        return calls.through("findConversation", () -> head(key));
    }

    private synchronized Optional<Conversation> head(ConversationKey key) {
        return Optional.ofNullable(heads.get(key))
                .filter(head -> head.expiresAt().isAfter(clock.instant()));
    }

    @Override
    public List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit, long mostCharacters) {
        return calls.through(
                "newestFirst", () -> enough(between(key, 0, beforeSeq).reversed(), limit, mostCharacters));
    }

    @Override
    public List<StoredItem> oldestFirst(ConversationKey key, long fromSeq, long toSeq, int limit, long mostCharacters) {
        return calls.through("oldestFirst", () -> enough(between(key, fromSeq, toSeq), limit, mostCharacters));
    }

    private static List<StoredItem> enough(List<StoredItem> items, int limit, long mostCharacters) {
        List<StoredItem> enough = new ArrayList<>();
        long characters = 0;
        for (StoredItem item : items) {
            if (characters >= mostCharacters || enough.size() >= limit) {
                break;
            }
            enough.add(item);
            characters += item.item().characters();
        }
        return enough;
    }

    @Override
    public List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq) {
        return calls.through("range", () -> between(key, fromSeq, toSeq));
    }

    private synchronized List<StoredItem> between(ConversationKey key, long from, long to) {
        if (from >= to) {
            return List.of();
        }
        Instant now = clock.instant();
        return rows(key).subMap(from, to).values().stream()
                .filter(row -> !row.gone(now))
                .map(Kept::value)
                .filter(item -> !isDeleted(key, item.seq()))
                .toList();
    }

    private NavigableMap<Long, Kept<StoredItem>> rows(ConversationKey key) {
        return items.computeIfAbsent(key, _ -> new TreeMap<>());
    }

    private static Instant seconds(Instant instant) {
        return Instant.ofEpochSecond(instant.getEpochSecond());
    }
}
