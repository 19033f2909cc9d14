package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.budget.Budget;
import dev.turnpike.budget.LostHolds;
import dev.turnpike.budget.WorstCase;
import dev.turnpike.calls.ToolAudit;
import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.ItemPages;
import dev.turnpike.engine.AnswerCheck;
import dev.turnpike.engine.Charges;
import dev.turnpike.engine.ContextLoader;
import dev.turnpike.engine.EngineSettings;
import dev.turnpike.engine.ModelStep;
import dev.turnpike.engine.Prompt;
import dev.turnpike.engine.StepEngine;
import dev.turnpike.engine.ToolStep;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.MemoryAccess;
import dev.turnpike.fake.MemoryAccountStore;
import dev.turnpike.fake.MemoryQueue;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.ScriptedModel;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.UsageEstimate;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Policy;
import dev.turnpike.run.Limits;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StoreContract;
import dev.turnpike.schema.AnswerFormat.Enforcement;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a model is shown of conversations that are long, or large, or both.
class LongConversationTest extends StoreContract {
    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    private static final Duration INVOCATION = Duration.ofMinutes(15);

    private final ScriptedModel model = new ScriptedModel(new PortCalls());

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    @Test
    @DisplayName("Row 39: a turn of 5,000 items reads no more than one of 500, and splits no tool pair")
    void whatATurnReadsDoesNotDependOnTheLengthOfItsConversation() {
        CapacityMeter.Consumed few = turnAfter(history(500));
        List<Item> history = history(5_000);

        CapacityMeter.Consumed many = turnAfter(history);

        assertThat(many).isEqualTo(few);
        assertThat(many.pages()).as("pages of 1 MB").isGreaterThan(1);
        assertThat(many.rows()).as("99 items, two of them in two rows").isEqualTo(101);
        // The oldest of the 99 is a result whose call is not among them.
        assertThat(history.get(4_901)).isInstanceOf(Item.ToolResult.class);
        List<Item> shown = model.requests().getLast().items();
        assertThat(shown).startsWith(history.get(4_902)).hasSize(99);
        assertThat(shown.subList(0, 98)).isEqualTo(history.subList(4_902, 5_000));
    }

    @Test
    @DisplayName("Row 39: a page of 5,000 items reads no more than one of 500, in either order, anywhere")
    void whatAPageReadsDoesNotDependOnTheLengthOfItsConversation() {
        List<CapacityMeter.Consumed> few = pagesOf(500);
        List<CapacityMeter.Consumed> many = pagesOf(5_000);

        assertThat(many).isEqualTo(few);
        assertThat(many).allSatisfy(page -> assertThat(page.rows()).isEqualTo(21));
    }

    private List<CapacityMeter.Consumed> pagesOf(int items) {
        Run run = ended(newRun(conversation(), new Place.NewConversation(null), alike(items)));
        var pages = new ItemPages(conversations);
        List<CapacityMeter.Consumed> read = new ArrayList<>();
        for (boolean newestFirst : new boolean[] {true, false}) {
            for (Long after : new Long[] {null, 100L, 300L}) {
                TABLES.capacity().take();
                var asked = new ItemPages.Asked(20, newestFirst, after);
                assertThat(pages.page(run.key().conversation(), 0, run.endSeq(), asked)
                                .items())
                        .hasSize(20);
                read.add(TABLES.capacity().take());
            }
        }
        return read;
    }

    /// Of one length each, so that what they cost can be compared.
    private List<Item> alike(int count) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(message("A message of some length."));
        }
        return items;
    }

    @Test
    @DisplayName("Row 39: a run is shown all of its own items, however many and large they are")
    void aRunIsShownAllOfItsOwnItems() {
        ConversationKey key = ended(newRun(conversation(), new Place.NewConversation(null), history(40)))
                .key()
                .conversation();
        Run run = acquired(created(patient(key, 40, messages(1))));
        List<Item> own = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<Item> pair = pair("own_" + i, i == 30 ? noise(700_000) : noise(30_000 + i));
            own.addAll(pair);
            run = committed(commit(run, pair, null, keep()));
        }

        clock.advance(Duration.ofMinutes(2));
        engine().advance(run.message(), Deadline.in(INVOCATION, clock), _ -> {});

        assertThat(model.requests()).hasSize(1);
        List<Item> shown = model.requests().getFirst().items();
        assertThat(shown).hasSize(121);
        assertThat(shown.subList(1, 121)).isEqualTo(own);
        assertThat(found(run.key()).status().terminal()).isTrue();
    }

    @Test
    @DisplayName("Row 39: a window of few bytes that unpack to many ends where it holds enough of them")
    void aPastThatUnpacksToManyBytesIsNotReadWhole() {
        List<Item> bombs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bombs.add(message(i + "x".repeat(4_000_000)));
        }
        Run before = ended(newRun(conversation(), new Place.NewConversation(null), bombs));

        turn(before.key().conversation(), before.endSeq());

        assertThat(model.requests().getLast().items())
                .as("the five that reach 16 MiB, and the question")
                .hasSize(6)
                .startsWith(bombs.get(15));
    }

    @Test
    void whatARunCostsGrowsWithItsCallsAndNoFaster() {
        RunCost ten = costOf(10);
        RunCost twenty = costOf(20);
        RunCost forty = costOf(40);

        assertThat(ten.rows())
                .as("a run, its question and answer, and for each call four")
                .isEqualTo(4 + 4 * 10);
        assertThat(forty.minus(twenty)).isEqualTo(twenty.minus(ten).twice());
    }

    private record RunCost(int rows, double readUnits, double writeUnits) {
        RunCost minus(RunCost other) {
            return new RunCost(rows - other.rows, readUnits - other.readUnits, writeUnits - other.writeUnits);
        }

        RunCost twice() {
            return new RunCost(2 * rows, 2 * readUnits, 2 * writeUnits);
        }
    }

    /// Of a run that calls one tool after the other.
    private RunCost costOf(int calls) {
        ConversationKey key = ended(newRun(conversation(), new Place.NewConversation(null), messages(50)))
                .key()
                .conversation();
        var deadline = Deadline.in(INVOCATION, clock);
        CountedTool calculate = CountedTool.readOnly("calculate");
        calculate.doing(_ -> "%04d".formatted(calculate.starts().size()));
        StepEngine engine = engine(calculate);
        for (int i = 0; i < calls; i++) {
            model.plays(Script.calls("calculate"));
        }
        model.plays(Script.says("Done."));
        int before = TABLES.everything().size();
        TABLES.capacity().take();

        Run run = created(patient(key, conversations.find(key).orElseThrow().nextSeq(), messages(1)));
        engine.advance(run.message(), deadline, _ -> {});

        CapacityMeter.Consumed consumed = TABLES.capacity().take();
        assertThat(found(run.key()).step()).isEqualTo(2 * calls + 1);
        return new RunCost(TABLES.everything().size() - before, consumed.readUnits(), consumed.writeUnits());
    }

    private CapacityMeter.Consumed turnAfter(List<Item> history) {
        Run before = ended(newRun(conversation(), new Place.NewConversation(null), history));
        TABLES.capacity().take();
        turn(before.key().conversation(), before.endSeq());
        return TABLES.capacity().take();
    }

    /// As the api function does it.
    private void turn(ConversationKey key, long end) {
        var deadline = Deadline.in(INVOCATION, clock);
        StepEngine engine = engine();
        List<Item> input = messages(1);
        NewRun run = newRun(key, new Place.Append(end, null), input, engine.firstLease(deadline), null);
        engine.start(created(run), input, deadline, _ -> {});
    }

    private StepEngine engine(Tool<?>... offered) {
        EngineSettings settings = EngineSettings.defaults("test")
                .with(Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMinutes(1), 100, 100_000_000);
        var tools = new GuardedTools(ToolRegistry.of(List.of(offered)), Policy.ALLOW_ALL);
        PriceList prices = PriceList.forProvider("openai");
        var prompt = new Prompt(new ContextWindow(String::length), tools, prices, settings);
        return new StepEngine(
                runs,
                new MemoryQueue(clock, new PortCalls()),
                new ContextLoader(conversations, settings.maxHistory()),
                new ModelStep(
                        model,
                        prompt,
                        new AnswerCheck(
                                Enforcement.NEVER,
                                new ToolAudit(new MemoryAccess().audit, tools, InstantSource.system())),
                        charges(prices, prompt),
                        settings,
                        ids),
                new ToolStep(
                        runs,
                        tools,
                        new MemoryAccess().audit,
                        InstantSource.system(),
                        settings,
                        ids,
                        Executors::newVirtualThreadPerTaskExecutor),
                settings);
    }

    private Charges charges(PriceList prices, Prompt prompt) {
        var accounts = new MemoryAccountStore(new PortCalls());
        var lost = new LostHolds(accounts, runs, prices);
        var worst = new WorstCase(prices, new UsageEstimate(String::length), _ -> List.of());
        return new Charges(
                prices, prompt, new Budget(accounts, lost, worst, List.of(), SameThread::new), lost, _ -> {});
    }

    /// One that may take more steps than the contracts' runs.
    private NewRun patient(ConversationKey key, long firstSeq, List<Item> input) {
        NewRun plain = newRun(key, new Place.Append(firstSeq, null), input);
        return new NewRun(
                plain.key(),
                plain.request(),
                plain.payer(),
                new Limits(500, 3, clock.instant().plus(Duration.ofHours(1)), List.of()),
                plain.place(),
                plain.input(),
                null,
                null,
                null,
                plain.createdAt(),
                plain.expiresAt());
    }

    /// The same seen from its end, however long it is: of the last hundred items some are large, two larger than a row.
    private List<Item> history(int length) {
        List<Item> newestFirst = new ArrayList<>(messages(1));
        for (int i = 0; newestFirst.size() < length; i++) {
            if (i % 3 == 0) {
                newestFirst.add(Item.Message.text("msg_" + i, Role.ASSISTANT, text(i)));
            } else if (i % 3 == 1) {
                newestFirst.addAll(pair("past_" + i, text(i)).reversed());
            } else {
                newestFirst.add(message(text(i)));
            }
        }
        return newestFirst.subList(0, length).reversed();
    }

    private static String text(int i) {
        boolean last = i < 75;
        if (last && i % 40 == 20) {
            return noise(600_000 + i);
        }
        return last && i % 7 == 0 ? noise(60_000 + i) : "Text " + i + ".";
    }

    private static List<Item> pair(String callId, String result) {
        return List.of(
                new Item.ToolCall("fc_" + callId, callId, "look", "{}", Executor.CLIENT),
                new Item.ToolResult("fco_" + callId, callId, result, Outcome.DONE, Executor.SERVER));
    }
}
