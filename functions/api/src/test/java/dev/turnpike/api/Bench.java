package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.ApiDocument;
import dev.turnpike.ApiDocument.Answered;
import dev.turnpike.access.AdminDoor;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.FailedAttempts;
import dev.turnpike.access.FrontDoor;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.canary.Canaries;
import dev.turnpike.completions.CompletionReader;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.fake.MemoryAccess;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.ModelClient;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.replay.StreamReplay;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.tool.Tool;
import dev.turnpike.usage.UsageReport;
import dev.turnpike.wiring.AccessParts;
import dev.turnpike.wiring.ApiParts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// The api function's routes over the engine's workbench: what a caller sends and gets.
final class Bench {
    static final JsonMapper MAPPER = WireJson.mapper();
    static final int MOST_ATTEMPTS = 30;
    static final String ADMIN = "Bearer " + Canaries.ADMIN_KEY;

    final Workbench work;
    final MemoryAccess access;
    final Map<String, Runnable> probes = new HashMap<>();
    final FakeContext context = new FakeContext();
    private final LinkedMedia media;
    private final String key;
    private final Allowance deployment;
    private final Routes routes;

    /// What happens while somebody waits: the worker works.
    Consumer<Duration> meanwhile = this::work;

    Bench(Tool<?>... tools) {
        this(new Workbench(tools), Workbench.MEDIA, new MemoryAccess(), Allowance.NONE);
    }

    /// Where a policy stands between model and tools.
    Bench(GuardedTools tools) {
        this(new Workbench(tools), Workbench.MEDIA, new MemoryAccess(), Allowance.NONE);
    }

    /// @param deployment what is allowed to whoever has no allowance
    Bench(MemoryAccess access, Allowance deployment, Tool<?>... tools) {
        this(new Workbench(tools), Workbench.MEDIA, access, deployment);
    }

    /// With the tools that read and change a conversation's files.
    ///
    /// @param others that are there beside them
    static Bench withFileTools(Tool<?>... others) {
        return new Bench(Workbench.withFileTools(others), Workbench.MEDIA, new MemoryAccess(), Allowance.NONE);
    }

    /// Over a model other than the scripted one.
    Bench(ModelClient model) {
        this(new Workbench(model), Workbench.MEDIA, new MemoryAccess(), Allowance.NONE);
    }

    /// Where links are followed otherwise.
    Bench(LinkedMedia media) {
        this(new Workbench(), media, new MemoryAccess(), Allowance.NONE);
    }

    private Bench(Workbench work, LinkedMedia media, MemoryAccess access, Allowance deployment) {
        this.work = work;
        this.media = media;
        this.access = access;
        this.deployment = deployment;
        var apiKeys = new ApiKeys("dev");
        routes = new Routes(parts(apiKeys));
        key = "Bearer " + newKey(apiKeys, Workbench.TENANT);
    }

    private ApiParts parts(ApiKeys apiKeys) {
        List<String> names = work.tools.registry().offered();
        var responses = new ResponseWriter(MAPPER, Workbench.PRICES::warning);
        var settings = new RequestSettings(
                1_000,
                null,
                () -> names,
                new RunRequest.Compaction.Never(),
                new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                model -> model.startsWith("gpt-"),
                name -> name.startsWith("x_") || name.equals("seed"),
                model -> model.startsWith("gpt-4"),
                model -> model.startsWith("gpt-4o"));
        var requests = new RequestReader(MAPPER, settings);
        return new ApiParts(
                accessParts(apiKeys),
                requests,
                new CompletionReader(requests, settings),
                work.admission(media),
                media,
                work.storedItems,
                work.prompts,
                work.engine,
                work.tools,
                work.queue,
                work.store,
                work.store,
                work.workspaces,
                responses,
                new CompletionWriter(responses),
                new StreamReplay(work.log, work.store, work.store, responses, work.retention, work.clock, this::pass),
                new UsageReport(work.usage, SameThread::new),
                List.of("gpt-4o-mini", "gpt-4o"),
                probes,
                MAPPER,
                work.ids,
                work.clock,
                this::pass,
                Duration.ofDays(30),
                origin -> origin.startsWith("https://chat."));
    }

    private AccessParts accessParts(ApiKeys apiKeys) {
        var attempts = new FailedAttempts(access.attempts, access.audit, MOST_ATTEMPTS, work.clock);
        var terms = new FrontDoor.Terms(deployment, List.of(80, 95));
        return new AccessParts(
                new FrontDoor(access.keys, access.accounts, attempts, terms, work.clock),
                new AdminDoor(() -> Canaries.ADMIN_KEY, attempts),
                apiKeys,
                access.keys,
                access.accounts,
                access.audit);
    }

    private void pass(Duration time) {
        meanwhile.accept(time);
    }

    private void work(Duration time) {
        work.clock.advance(time);
        work.work();
    }

    /// A good key of another tenant.
    String keyOf(String tenant) {
        return "Bearer " + newKey(new ApiKeys("dev"), tenant);
    }

    private String newKey(ApiKeys apiKeys, String tenant) {
        return newKey(apiKeys, new Owner(tenant, ""), KeyTerms.unrestricted(""));
    }

    /// A good key that may do what its terms say.
    String keyOf(Owner owner, KeyTerms terms) {
        return "Bearer " + newKey(new ApiKeys("dev"), owner, terms);
    }

    private String newKey(ApiKeys apiKeys, Owner owner, KeyTerms terms) {
        ApiKeys.NewKey made = apiKeys.create();
        access.keys.create(new StoredKey(
                made.id(), owner, Secret.of(ApiKeys.hash(made.text())), work.clock.instant(), null, terms));
        return made.text();
    }

    /// The id of a key.
    static String idOf(String bearer) {
        return bearer.split("_", -1)[2];
    }

    /// The id of the bench's own key.
    String keyId() {
        return idOf(key);
    }

    Answer get(String path) throws IOException {
        return send("GET", path, Map.of(), "");
    }

    Answer get(String path, Map<String, String> query) throws IOException {
        return serve(new HttpRequest("request-1", "192.0.2.1", "GET", path, Map.of("authorization", key), query, ""));
    }

    Answer delete(String path) throws IOException {
        return send("DELETE", path, Map.of(), "");
    }

    Answer post(String path, String body) throws IOException {
        return send("POST", path, Map.of(), body);
    }

    Answer create(String body) throws IOException {
        return post("/v1/responses", body);
    }

    Answer complete(String body) throws IOException {
        return post("/v1/chat/completions", body);
    }

    /// @param headers beside the bench's own key, which they may replace
    Answer send(String method, String path, Map<String, String> headers, String body) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of("authorization", key));
        all.putAll(headers);
        return serve(new HttpRequest("request-1", "192.0.2.1", method, path, all, Map.of(), body));
    }

    /// As the handler does. Whatever is answered must be as the OpenAPI document says.
    Answer serve(HttpRequest request) throws IOException {
        Answer answer = served(request);
        assertDescribed(request, answer);
        return answer;
    }

    static void assertDescribed(HttpRequest request, Answer answer) {
        Canaries.assertClean(request.path(), answer.headers() + answer.body());
        var answered = new Answered(request.method(), request.path(), answer.status(), answer.headers(), answer.body());
        assertThat(ApiDocument.read().mistakes(answered))
                .as(() -> request.method() + " " + request.path() + " against openapi.json: " + answer.body())
                .isEmpty();
    }

    private Answer served(HttpRequest request) throws IOException {
        var out = new ByteArrayOutputStream();
        var reply = routes.reply(request, out);
        try {
            routes.serve(request, reply, context);
        } catch (ApiException refused) {
            reply.error(refused);
        } catch (StoreUnavailableException _) {
            reply.error(ApiException.unavailable("down"));
        }
        return Answer.read(out.toByteArray());
    }

    /// The same from the event on, with what the handler makes of failures.
    Answer handle(String event) throws IOException {
        HttpRequest request =
                HttpRequest.read(new ByteArrayInputStream(event.getBytes(UTF_8)), context.getAwsRequestId());
        var out = new ByteArrayOutputStream();
        routes.answer(request, routes.reply(request, out), context);
        return Answer.read(out.toByteArray());
    }

    static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
