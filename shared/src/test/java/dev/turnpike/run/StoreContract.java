package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.Ulids;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Served;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.RunStore.Acquisition;
import dev.turnpike.run.RunStore.Commit;
import dev.turnpike.run.RunStore.Creation;
import dev.turnpike.run.StepCommit.After;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the contracts of the stores begin with: an empty table and things to write to it.
public abstract class StoreContract {
    protected static final String TENANT = "tenant-1";
    protected static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Payer PAYER = new Payer("key1", "ada");
    private static final List<Cap> CAPS = List.of(Cap.parse("run=200000usd"), Cap.parse("key/day=100000000000tokens"));
    protected static final Duration TIME_TO_LIVE = Duration.ofDays(30);

    protected final SettableClock clock = new SettableClock(NOON);
    protected final Ids ids = new Ulids(clock);
    private final JsonMapper mapper = WireJson.mapper();
    private final RequestReader requests = new RequestReader(
            mapper,
            new RequestSettings(
                    1_000,
                    0.5,
                    () -> List.of("calculate"),
                    new RunRequest.Compaction.Never(),
                    new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                    _ -> true,
                    _ -> false,
                    model -> model.startsWith("gpt-"),
                    model -> model.startsWith("gpt-")));

    protected RunStore runs;
    protected ConversationStore conversations;

    public record Stores(RunStore runs, ConversationStore conversations) {}

    /// An empty table.
    ///
    /// @param requests reads back what a run was asked for
    protected abstract Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests);

    @BeforeEach
    void openStores() {
        Stores stores = open(clock, TIME_TO_LIVE, requests);
        runs = stores.runs();
        conversations = stores.conversations();
    }

    protected final void requestCancel(Run run) {
        assertThat(runs.requestCancel(run.key(), clock.instant())).isInstanceOf(RunStore.Cancellation.Noted.class);
    }

    protected final ConversationKey conversation() {
        return new ConversationKey(TENANT, ids.next());
    }

    protected final RunRequest request(String json) {
        ObjectNode body = (ObjectNode) mapper.readTree(json);
        return requests.read(body.put("model", "gpt-4o-mini").put("input", "-")).request();
    }

    /// Compressed it has four fifths of its length.
    protected static String noise(int length) {
        return new Random(length)
                .ints(length, 33, 127)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// A run without a lease in a conversation of its own.
    protected final NewRun newRun(int items) {
        return newRun(conversation(), new Place.NewConversation(null), messages(items));
    }

    protected final NewRun newRun(ConversationKey conversation, Place place, List<Item> input) {
        return newRun(conversation, place, input, null, null);
    }

    protected final NewRun newRun(
            ConversationKey conversation,
            Place place,
            List<Item> input,
            NewRun.@Nullable Lease lease,
            NewRun.@Nullable Idempotency idempotency) {
        return new NewRun(
                new RunKey(conversation, ids.next()),
                request("{}"),
                PAYER,
                new Limits(10, 3, clock.instant().plus(Duration.ofHours(1)), CAPS),
                place,
                input,
                lease,
                idempotency,
                null,
                clock.instant(),
                clock.instant().plus(TIME_TO_LIVE));
    }

    protected final List<Item> messages(int count) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(message("Message " + i + "."));
        }
        return items;
    }

    protected final Item message(String text) {
        return Item.Message.text("msg_" + ids.next(), Role.USER, text);
    }

    protected final Run created(NewRun run) {
        assertThat(runs.create(run)).isInstanceOf(Creation.Created.class);
        return found(run.key());
    }

    protected final Run created() {
        return created(newRun(1));
    }

    protected final Run found(RunKey key) {
        return runs.find(key).orElseThrow();
    }

    protected final Run acquired(Run run) {
        Acquisition taken = acquire(run);
        assertThat(taken).isInstanceOf(Acquisition.Acquired.class);
        return ((Acquisition.Acquired) taken).run();
    }

    protected final Acquisition acquire(Run run) {
        return runs.acquire(
                run.key(), run.step(), clock.instant(), clock.instant().plusSeconds(60), "worker");
    }

    protected final Run committed(StepCommit commit) {
        Commit written = runs.commit(commit);
        assertThat(written).isInstanceOf(Commit.Committed.class);
        return ((Commit.Committed) written).run();
    }

    protected final StepCommit commit(Run run, List<Item> items, @Nullable LedgerRow row, After after) {
        return new StepCommit(run, true, items, row, -1, after, clock.instant());
    }

    protected final After keep() {
        return new After.Keep(clock.instant().plusSeconds(60), "worker");
    }

    protected static After finish(StopReason reason) {
        return new After.Finish(reason, null);
    }

    /// Creates a run, acquires and ends it.
    protected final Run ended(NewRun newRun, Item... output) {
        Run run = acquired(created(newRun));
        return committed(commit(run, List.of(output), row(run, 10, 5), finish(StopReason.ANSWERED)));
    }

    protected final LedgerRow row(Run run, long in, long out) {
        return row(
                run,
                LedgerRow.State.SETTLED,
                Usage.reported(in, in / 2, out, out / 2).withCacheWriteTokens(in / 3),
                7L);
    }

    protected final LedgerRow row(Run run, LedgerRow.State state, Usage usage, @Nullable Long micros) {
        return row(run, state, Served.by("gpt-4o-mini"), usage, micros);
    }

    protected final LedgerRow row(Run run, LedgerRow.State state, Served served, Usage usage, @Nullable Long micros) {
        return new LedgerRow(
                run.key().run(),
                run.payer(),
                run.step(),
                run.fence(),
                state,
                served.model(),
                served.serviceTier(),
                served.fromCache(),
                usage,
                new Cost(micros, "2026-11"),
                state == LedgerRow.State.ABANDONED ? new Amount(3, 4) : Amount.NONE,
                250,
                clock.instant());
    }

    protected static Place forkOf(ConversationKey key, long seq) {
        return new Place.NewConversation(new ForkPoint(key.id(), seq));
    }
}
