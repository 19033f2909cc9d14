package dev.turnpike.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.access.Cap;
import dev.turnpike.access.Payer;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.AdmissionSettings;
import dev.turnpike.admission.Applicant;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.admission.PromptCount;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.admission.StoredItems;
import dev.turnpike.budget.Budget;
import dev.turnpike.budget.ConcurrentRuns;
import dev.turnpike.budget.LostHolds;
import dev.turnpike.budget.WorstCase;
import dev.turnpike.cache.AnswerCache;
import dev.turnpike.calls.ToolAudit;
import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressSettings;
import dev.turnpike.egress.NameResolver;
import dev.turnpike.engine.AnswerCheck;
import dev.turnpike.engine.Charges;
import dev.turnpike.engine.ContextLoader;
import dev.turnpike.engine.EngineSettings;
import dev.turnpike.engine.ModelStep;
import dev.turnpike.engine.Outcome;
import dev.turnpike.engine.Prompt;
import dev.turnpike.engine.Reaper;
import dev.turnpike.engine.StepEngine;
import dev.turnpike.engine.ToolStep;
import dev.turnpike.files.WorkspaceTools;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.UsageEstimate;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Policy;
import dev.turnpike.replay.EventRecorder;
import dev.turnpike.replay.Retention;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.schema.AnswerFormat.Enforcement;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.usage.UsageCount;
import dev.turnpike.workspace.WorkspaceLimits;
import dev.turnpike.workspace.Workspaces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The engine with fakes at all its edges, and the hands that move it: a caller, a worker, a reaper.
public final class Workbench {
    public static final String TENANT = "tenant-1";
    public static final Applicant APPLICANT = new Applicant(TENANT, new Payer("key1", "ada"), List.of());

    /// As long as an invocation of the api function or the worker may take.
    public static final Duration INVOCATION = Duration.ofMinutes(15);

    /// After it the queue delivers what nobody acknowledged.
    private static final Duration VISIBILITY = Duration.ofMinutes(90);

    private static final Duration REAPER_TIME = Duration.ofSeconds(50);
    private static final Duration REAPER_INTERVAL = Duration.ofMinutes(1);
    private static final int MOST_ROUNDS = 2_000;
    /// A model that the bench's price list knows as deprecated.
    public static final String DEPRECATED = "gpt-3.5-turbo-0613";

    public static final PriceList PRICES = prices();

    /// Links are the provider's.
    public static final LinkedMedia MEDIA = new LinkedMedia(
            LinkedMedia.Policy.PASS,
            () -> new Egress(new EgressSettings(List.of(), Set.of()), NameResolver.ofSystem(), Egress::publicTls));

    public final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    public final CountingIds ids = new CountingIds();
    public final PortCalls calls = new PortCalls();
    public final MemoryStore store = new MemoryStore(clock, Duration.ofDays(30), calls);
    public final MemoryQueue queue = new MemoryQueue(clock, calls);
    public final MemoryEventLog log = new MemoryEventLog(clock, calls);
    public final Retention retention = new Retention(Duration.ofDays(30));
    public final MemoryAccountStore accounts = new MemoryAccountStore(calls);
    public final MemoryAnswerStore answers = new MemoryAnswerStore();
    public final ScriptedModel model = new ScriptedModel(calls);
    public final Reaper reaper;

    /// Apart from the others, so that who counts changes no history of theirs.
    public final PortCalls usageCalls = new PortCalls();

    public final MemoryUsageStore usage = new MemoryUsageStore(store, usageCalls);
    public final StepEngine engine;
    public final RunAdmission admission;
    public final StoredItems storedItems = new StoredItems(store, store);
    public final PromptCount prompts;

    /// Whether the admission takes a model for priced.
    public Predicate<String> priced = _ -> true;

    /// Who asks.
    public Applicant applicant = APPLICANT;

    /// What watchers have been told.
    public final List<RunEvent> events = new ArrayList<>();

    /// Those of OpenAI, and one of its models is deprecated.
    private static PriceList prices() {
        try (InputStream bundled = Objects.requireNonNull(PriceList.class.getResourceAsStream("prices.json"))) {
            String id = "\"id\": \"" + DEPRECATED + "\",";
            String json = new String(bundled.readAllBytes(), UTF_8).replace(id, id + " \"deprecated\": true,");
            return PriceList.read(new ByteArrayInputStream(json.getBytes(UTF_8)), "openai");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public final MemoryAccess access = new MemoryAccess();
    public final MemoryWorkspaceStore workspaceStore =
            new MemoryWorkspaceStore(clock, MemoryWorkspaceStore.Surroundings.of(store));
    public final Workspaces workspaces = new Workspaces(workspaceStore, WorkspaceLimits.USUAL);
    public final GuardedTools tools;
    private final RequestReader requests;
    private final int maxSteps;
    private final JsonMapper mapper = WireJson.mapper();

    public Workbench(Tool<?>... tools) {
        this(EngineSettings.defaults("test"), 50, tools);
    }

    public Workbench(EngineSettings settings, int maxSteps, Tool<?>... tools) {
        this(settings, maxSteps, ToolRegistry.of(List.of(tools)), Executors::newVirtualThreadPerTaskExecutor);
    }

    /// Without tools; another model answers than the scripted one.
    public Workbench(ModelClient other) {
        this(
                EngineSettings.defaults("test"),
                50,
                _ -> new GuardedTools(ToolRegistry.of(List.of()), Policy.ALLOW_ALL),
                Executors::newVirtualThreadPerTaskExecutor,
                other);
    }

    /// @param registry all of its tools are offered to every run
    /// @param threads for the calls of a tool step
    public Workbench(EngineSettings settings, int maxSteps, ToolRegistry registry, Supplier<ExecutorService> threads) {
        this(settings, maxSteps, _ -> new GuardedTools(registry, Policy.ALLOW_ALL), threads, null);
    }

    /// @param tools all that models may be shown are offered to every run
    public Workbench(GuardedTools tools) {
        this(EngineSettings.defaults("test"), 50, _ -> tools, Executors::newVirtualThreadPerTaskExecutor, null);
    }

    /// With the tools that read and change a conversation's files.
    ///
    /// @param others that are there beside them
    public static Workbench withFileTools(Tool<?>... others) {
        return new Workbench(
                EngineSettings.defaults("test"),
                50,
                workspaces -> new GuardedTools(
                        ToolRegistry.of(Stream.concat(WorkspaceTools.all(workspaces).stream(), Stream.of(others))
                                .toList()),
                        Policy.ALLOW_ALL),
                Executors::newVirtualThreadPerTaskExecutor,
                null);
    }

    private Workbench(
            EngineSettings settings,
            int maxSteps,
            Function<Workspaces, GuardedTools> making,
            Supplier<ExecutorService> threads,
            @Nullable ModelClient other) {
        tools = making.apply(workspaces);
        ModelClient answering = new AnswerCache(answers, mapper, settings.longestSilence(), ids::next, clock::advance)
                .around(other == null ? model : other);
        store.whenDeleted(log::delete);
        requests = new RequestReader(
                mapper,
                new RequestSettings(
                        1_000,
                        null,
                        tools.registry()::offered,
                        new RunRequest.Compaction.Never(),
                        new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                        _ -> true,
                        _ -> false,
                        model -> model.startsWith("gpt-"),
                        model -> model.startsWith("gpt-")));
        var contexts = new ContextLoader(store, settings.maxHistory());
        var prompt = new Prompt(new ContextWindow(String::length), tools, PRICES, settings);
        var modelStep = new ModelStep(
                answering,
                prompt,
                new AnswerCheck(Enforcement.STRICT, new ToolAudit(access.audit, tools, clock)),
                charges(prompt, threads),
                settings,
                ids);
        prompts = new PromptCount(store, store, contexts, prompt, new UsageEstimate(String::length));
        engine = new StepEngine(
                store,
                queue,
                contexts,
                modelStep,
                new ToolStep(store, tools, access.audit, clock, settings, ids, threads),
                settings);
        reaper = new Reaper(store, queue, engine, SameThread::new);
        this.maxSteps = maxSteps;
        admission = admission(MEDIA);
    }

    private Charges charges(Prompt prompt, Supplier<ExecutorService> threads) {
        var lost = new LostHolds(accounts, store, PRICES);
        var worst = new WorstCase(PRICES, new UsageEstimate(String::length), _ -> List.of());
        var budget = new Budget(accounts, lost, worst, List.of(80, 95), threads);
        return new Charges(PRICES, prompt, budget, lost, clock::advance);
    }

    /// The same admission, which follows links otherwise.
    public RunAdmission admission(LinkedMedia media) {
        return new RunAdmission(
                store,
                store,
                media,
                new ConcurrentRuns(accounts, store, clock),
                new AdmissionSettings(
                        maxSteps, 5, Duration.ofHours(24), Duration.ofDays(30), List.of(), model -> priced.test(model)),
                ids,
                clock);
    }

    // The caller.

    /// @param json a create request; a model is added
    public Application application(String json, NewRun.@Nullable Lease lease) {
        return application(json, "gpt-4o-mini", lease);
    }

    private Application application(String json, String model, NewRun.@Nullable Lease lease) {
        ObjectNode body = (ObjectNode) mapper.readTree(json);
        CreateRequest request = requests.read(body.put("model", model), storedItems.of(TENANT));
        return new Application(applicant, request.request(), request.input(), request.history(), lease, null, null);
    }

    /// From now on, whoever asks has these caps.
    public void caps(String... caps) {
        applicant = new Applicant(
                TENANT, APPLICANT.payer(), Stream.of(caps).map(Cap::parse).toList());
    }

    /// Asks for a run, which nobody is told of.
    public Admission admit(String json, String model) {
        return calls.process(() -> admission.admit(application(json, model, null)));
    }

    /// Leaves a run to the queue.
    public Run post(String json) {
        return post(json, "gpt-4o-mini");
    }

    public Run post(String json, String model) {
        return calls.process(() -> {
            Run run = admitted(admission.admit(application(json, model, null))).run();
            queue.wake(run, Duration.ZERO);
            return run;
        });
    }

    /// Runs it at once, as the api function does.
    public Outcome call(String json) {
        return call(json, "gpt-4o-mini");
    }

    public Outcome call(String json, String model) {
        return calls.process(() -> {
            var deadline = Deadline.in(INVOCATION, clock);
            var admitted = admitted(admission.admit(application(json, model, engine.firstLease(deadline))));
            return engine.start(admitted.run(), admitted.input(), deadline, events::add);
        });
    }

    private static Admission.Admitted admitted(Admission admission) {
        if (admission instanceof Admission.Admitted admitted) {
            return admitted;
        }
        throw new AssertionError("the request was not let in: " + admission);
    }

    // The worker.

    /// One message, one invocation.
    public Outcome deliver(StepMessage message) {
        return deliver(message, INVOCATION);
    }

    public Outcome deliver(StepMessage message, Duration time) {
        return calls.process(() -> {
            // Whoever dies does not close it.
            var recorder = new EventRecorder(log, new ResponseWriter(mapper, _ -> Optional.empty()), retention, clock);
            Consumer<RunEvent> watching = events::add;
            Outcome outcome = engine.advance(message, Deadline.in(time, clock), watching.andThen(recorder));
            if (outcome instanceof Outcome.NotNow) {
                recorder.forget();
            }
            recorder.close();
            return outcome;
        });
    }

    /// Serves whatever is due. What fails or is not acknowledged comes again later.
    public void work() {
        work(INVOCATION);
    }

    /// @param time of each invocation
    public void work(Duration time) {
        Optional<StepMessage> next = queue.receive();
        for (int round = 0; next.isPresent(); round++) {
            if (round > MOST_ROUNDS) {
                throw new AssertionError("the queue does not get empty");
            }
            serve(next.get(), time);
            next = queue.receive();
        }
    }

    private void serve(StepMessage message, Duration time) {
        try {
            if (deliver(message, time) instanceof Outcome.NotNow(Instant notBefore)) {
                Instant soon = clock.instant().plusSeconds(1);
                queue.putBack(message, notBefore.isAfter(soon) ? notBefore.plusSeconds(1) : soon);
            }
        } catch (RuntimeException | PortCalls.ProcessDied failure) {
            expected(failure);
            queue.putBack(message, clock.instant().plus(VISIBILITY));
        }
    }

    /// Whatever was not planned fails the test.
    private static void expected(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StoreUnavailableException || cause instanceof PortCalls.ProcessDied) {
                return;
            }
        }
        throw new AssertionError("an invocation failed", failure);
    }

    // Time and the reaper.

    /// Minute by minute, until no run is active.
    public void recover() {
        for (int minute = 0; active(); minute++) {
            if (minute > MOST_ROUNDS) {
                throw new AssertionError("a run does not end: " + store.runs());
            }
            clock.advance(REAPER_INTERVAL);
            sweepSafely();
            work();
        }
    }

    /// One invocation of the reaper.
    public Reaper.Sweep sweep() {
        return reaper.sweep(Deadline.in(REAPER_TIME, clock));
    }

    /// What the same invocation does next.
    public UsageCount.Sweep count() {
        return usageCalls.process(() -> new UsageCount(usage, SameThread::new).sweep(Deadline.in(REAPER_TIME, clock)));
    }

    private void sweepSafely() {
        try {
            var _ = calls.process(this::sweep);
        } catch (RuntimeException | PortCalls.ProcessDied failure) {
            // The next minute has another.
            expected(failure);
        }
    }

    private boolean active() {
        return store.runs().stream().anyMatch(run -> !run.status().terminal());
    }

    // What has become of it.

    public Run now(Run run) {
        return store.runs().stream()
                .filter(other -> other.key().equals(run.key()))
                .findFirst()
                .orElseThrow();
    }

    /// The only run there is.
    public Run only() {
        List<Run> runs = store.runs();
        if (runs.size() != 1) {
            throw new AssertionError("there is not one run: " + runs);
        }
        return runs.getFirst();
    }

    /// All items of its conversation.
    public List<Item> items(Run run) {
        return store.items(run.key().conversation()).stream()
                .map(StoredItem::item)
                .toList();
    }

    /// What the run itself added to them.
    public List<Item> output(Run run) {
        return store.items(run.key().conversation()).stream()
                .filter(stored -> stored.seq() >= run.inputEnd() && stored.seq() < run.endSeq())
                .map(StoredItem::item)
                .toList();
    }

    /// The results among its conversation's items.
    public List<Item.ToolResult> results(Run run) {
        return items(run).stream()
                .flatMap(item -> item instanceof Item.ToolResult result ? Stream.of(result) : Stream.empty())
                .toList();
    }

    /// What its model said last; empty for nothing.
    public String said(Run run) {
        return items(run).reversed().stream()
                .flatMap(item -> item instanceof Item.Message message && message.role() == Item.Role.ASSISTANT
                        ? Stream.of(message.text())
                        : Stream.empty())
                .findFirst()
                .orElse("");
    }
}
