package dev.turnpike.wiring;

import dev.turnpike.access.AuditLog;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.admission.PromptCount;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.StoredItems;
import dev.turnpike.aws.DynamoAccountStore;
import dev.turnpike.aws.DynamoAccounts;
import dev.turnpike.aws.DynamoAnswerStore;
import dev.turnpike.aws.DynamoAuditLog;
import dev.turnpike.aws.DynamoBreakerStore;
import dev.turnpike.aws.DynamoConversationStore;
import dev.turnpike.aws.DynamoKeyStore;
import dev.turnpike.aws.DynamoNoteStore;
import dev.turnpike.aws.DynamoRunStore;
import dev.turnpike.aws.DynamoToolListings;
import dev.turnpike.aws.DynamoUsageStore;
import dev.turnpike.aws.DynamoWorkspaceStore;
import dev.turnpike.aws.EventRows;
import dev.turnpike.aws.ResultsQueue;
import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.aws.StoredSecret;
import dev.turnpike.budget.Budget;
import dev.turnpike.budget.ConcurrentRuns;
import dev.turnpike.budget.LostHolds;
import dev.turnpike.budget.WorstCase;
import dev.turnpike.cache.AnswerCache;
import dev.turnpike.calls.ToolAudit;
import dev.turnpike.completions.CompletionReader;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Ulids;
import dev.turnpike.egress.Egress;
import dev.turnpike.engine.AnswerCheck;
import dev.turnpike.engine.Charges;
import dev.turnpike.engine.ContextLoader;
import dev.turnpike.engine.EngineSettings;
import dev.turnpike.engine.ModelStep;
import dev.turnpike.engine.Prompt;
import dev.turnpike.engine.Reaper;
import dev.turnpike.engine.StepEngine;
import dev.turnpike.engine.ToolStep;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.UsageEstimate;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.replay.EventRecorder;
import dev.turnpike.replay.Retention;
import dev.turnpike.replay.StreamReplay;
import dev.turnpike.responses.QueueMessages;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.WireJson;
import dev.turnpike.tokens.ModelCounter;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.usage.UsageReport;
import dev.turnpike.workspace.Workspaces;
import java.security.Security;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Puts the parts together, once, by hand. Each function asks for what it serves with; nothing else is built.
public final class Wiring {
    private final Settings settings;
    private final InstantSource clock = InstantSource.system();
    private final JsonMapper mapper;
    private final AwsClients aws;
    private final Ids ids = new Ulids(clock);
    private final StoredSecret providerKey;
    private final Upstreams upstreams;
    private final TokenCounter tokens = new ModelCounter();
    private final PriceList prices;
    private final Workspaces workspaces;
    private final ToolParts toolParts;
    private final GuardedTools tools;
    private final RequestReader requests;
    private final CompletionReader completions;
    private final DynamoRunStore runs;
    private final DynamoConversationStore conversations;
    private final SqsStepQueue steps;
    private final LinkedMedia media;

    public Wiring(Settings settings) {
        this(settings, false);
    }

    /// Begins at once, side by side, what a first request would wait for one after the other: clients, the provider's
    /// key, a first call of the table. Not for a start that ends in a snapshot, which must hold no key.
    public static Wiring hurried(Settings settings) {
        return new Wiring(settings, true);
    }

    private Wiring(Settings settings, boolean hurried) {
        // Hosts change their addresses, and Lambda's instances live for hours. Before anybody looks one up.
        Security.setProperty("networkaddress.cache.ttl", "10");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        this.settings = settings;
        this.aws = new AwsClients(settings.aws());
        if (hurried) {
            ahead(aws::dynamo);
            ahead(aws::secrets);
        }
        this.mapper = WireJson.mapper();
        String table = settings.resources().tableName();
        this.providerKey = secret(settings.resources().providerSecretArn());
        this.upstreams = new Upstreams(settings, providerKey, tokens, clock);
        this.prices = upstreams.prices();
        var notes = new DynamoNoteStore(
                aws.dynamo(), table, clock, settings.limits().conversationTtl());
        this.workspaces = new Workspaces(
                new DynamoWorkspaceStore(aws.dynamo(), table, clock),
                settings.limits().workspaces());
        Supplier<Egress> egress = Links.egress(settings.media());
        this.toolParts = new ToolParts(
                settings,
                aws,
                egress,
                ShippedTools.all(settings, aws, notes, workspaces, clock),
                new DynamoToolListings(aws::dynamo, table),
                clock);
        this.tools = toolParts.tools();
        RequestSettings asked = PartSettings.requests(settings, tools.registry()::offered);
        this.requests = new RequestReader(mapper, asked);
        this.completions = new CompletionReader(requests, asked);
        this.runs = new DynamoRunStore(
                aws.dynamo(), table, requests, mapper, clock, settings.limits().conversationTtl());
        this.conversations = new DynamoConversationStore(aws.dynamo(), table, mapper, clock);
        this.media = Links.followed(settings.media(), egress);
        this.steps = new SqsStepQueue(aws::sqs, settings.resources().stepsQueueUrls(), mapper);
        if (hurried) {
            ahead(providerKey::get);
            ahead(upstreams::open);
            ahead(new DynamoKeyStore(aws.dynamo(), table)::probe);
        }
    }

    /// What fails here fails again, and is told, where its result is needed.
    private static void ahead(Runnable work) {
        Thread.ofPlatform().daemon().name("ahead").start(() -> {
            try {
                work.run();
            } catch (RuntimeException _) {
                // As said above.
            }
        });
    }

    private StoredSecret secret(String arn) {
        return new StoredSecret(aws::secrets, arn, mapper, clock);
    }

    private StepEngine engine(String owner) {
        EngineSettings engine = PartSettings.engine(settings.limits(), owner);
        return new StepEngine(runs, steps, contexts(engine), modelStep(engine), toolStep(engine), engine);
    }

    private ToolStep toolStep(EngineSettings engine) {
        return new ToolStep(runs, tools, audit(), clock, engine, ids, Executors::newVirtualThreadPerTaskExecutor);
    }

    private AuditLog audit() {
        return new DynamoAuditLog(aws.dynamo(), settings.resources().tableName());
    }

    private ContextLoader contexts(EngineSettings engine) {
        return new ContextLoader(conversations, engine.maxHistory());
    }

    private ModelStep modelStep(EngineSettings engine) {
        var breakers = new DynamoBreakerStore(aws.dynamo(), settings.resources().tableName());
        var model = cache(engine).around(upstreams.client(breakers));
        Prompt prompt = prompt(engine);
        return new ModelStep(
                model,
                prompt,
                new AnswerCheck(settings.provider().enforcement(), new ToolAudit(audit(), tools, clock)),
                charges(prompt),
                engine,
                ids);
    }

    private Charges charges(Prompt prompt) {
        var accounts = new DynamoAccountStore(aws.dynamo(), settings.resources().tableName(), clock);
        var lost = new LostHolds(accounts, runs, prices);
        var worst = new WorstCase(prices, new UsageEstimate(tokens), settings.upstream()::standIns);
        List<Integer> warnAt = settings.limits().use().warnAtPercent();
        var budget = new Budget(accounts, lost, worst, warnAt, Executors::newVirtualThreadPerTaskExecutor);
        return new Charges(prices, prompt, budget, lost, Upstreams::pause);
    }

    private AnswerCache cache(EngineSettings engine) {
        var answers = new DynamoAnswerStore(aws.dynamo(), settings.resources().tableName());
        return new AnswerCache(answers, mapper, engine.longestSilence(), ids::next, Upstreams::pause);
    }

    private Prompt prompt(EngineSettings engine) {
        return new Prompt(new ContextWindow(tokens), tools, prices, engine);
    }

    private PromptCount prompts(EngineSettings engine) {
        return new PromptCount(runs, conversations, contexts(engine), prompt(engine), new UsageEstimate(tokens));
    }

    private RunAdmission admission() {
        var admission = PartSettings.admission(settings.limits(), prices::priced);
        var places = new DynamoAccountStore(aws.dynamo(), settings.resources().tableName(), clock);
        return new RunAdmission(
                runs, conversations, media, new ConcurrentRuns(places, runs, clock), admission, ids, clock);
    }

    /// What the api function serves with.
    public ApiParts api() {
        var keys = new DynamoKeyStore(aws.dynamo(), settings.resources().tableName());
        var responses = responseWriter();
        return new ApiParts(
                AccessParts.of(
                        aws.dynamo(),
                        settings,
                        keys,
                        secret(settings.resources().requireAdminSecretArn()),
                        clock),
                requests,
                completions,
                admission(),
                media,
                new StoredItems(conversations, runs),
                prompts(PartSettings.engine(settings.limits(), "api")),
                engine("api"),
                tools,
                steps,
                runs,
                conversations,
                workspaces,
                responses,
                new CompletionWriter(responses),
                new StreamReplay(eventLog(), runs, conversations, responses, retention(), clock, Wiring::sleep),
                usage(),
                settings.provider().named(),
                probes(keys),
                mapper,
                ids,
                clock,
                Wiring::sleep,
                settings.limits().conversationTtl(),
                settings.deployment().corsOrigins()::matches);
    }

    /// What the worker serves with.
    public WorkerParts worker() {
        EventRows log = eventLog();
        var responses = responseWriter();
        return new WorkerParts(
                engine("worker"),
                steps,
                runs,
                conversations,
                results(),
                queueMessages(),
                () -> EventRecorder.ticking(log, responses, retention(), clock),
                mapper,
                clock);
    }

    private UsageReport usage() {
        var counters = new DynamoUsageStore(aws.dynamo(), settings.resources().tableName());
        return new UsageReport(counters, Executors::newVirtualThreadPerTaskExecutor);
    }

    private EventRows eventLog() {
        return new EventRows(aws.dynamo(), settings.resources().tableName(), clock);
    }

    private Retention retention() {
        return new Retention(settings.limits().conversationTtl());
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two reads", end);
        }
    }

    /// What the intake serves with.
    public IntakeParts intake() {
        return new IntakeParts(
                admission(),
                new StoredItems(conversations, runs),
                steps,
                results(),
                queueMessages(),
                new DynamoAccounts(aws.dynamo(), settings.resources().tableName()),
                settings.deployment().queueTenant(),
                clock);
    }

    /// What the reaper serves with.
    public ReaperParts reaper() {
        var reaper = new Reaper(runs, steps, engine("reaper"), Executors::newVirtualThreadPerTaskExecutor);
        return ReaperParts.of(reaper, aws.dynamo(), settings.resources().tableName(), clock);
    }

    /// Runs once what every request runs, so that it is loaded and partly compiled before a snapshot is taken. It
    /// talks to nobody but itself.
    public void prime() {
        tokens.count("The quick brown fox.");
        tools.registry().prime();
        // Whoever reads a request asks what tools there are, and nobody is asked now.
        RequestSettings alone = PartSettings.requests(settings, tools.registry()::installedNames);
        var reader = new RequestReader(mapper, alone);
        Priming.run(
                mapper,
                reader,
                new CompletionReader(reader, alone),
                settings.provider().model());
    }

    /// Drops what must not get into a snapshot: secrets and connections.
    public void forget() {
        providerKey.forget();
        upstreams.reset();
        toolParts.forget();
    }

    private QueueMessages queueMessages() {
        return new QueueMessages(mapper, requests, responseWriter());
    }

    private ResponseWriter responseWriter() {
        return new ResponseWriter(mapper, prices::warning);
    }

    private ResultsQueue results() {
        return new ResultsQueue(aws::sqs, settings.resources().resultsQueueUrl());
    }

    private Map<String, Runnable> probes(DynamoKeyStore keys) {
        return Map.of("model", upstreams.probe(), "table", keys::probe, "queue", steps::probe);
    }
}
