package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.ApiDocument;
import dev.turnpike.ApiDocument.Answered;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.Authenticator;
import dev.turnpike.access.KeyStore;
import dev.turnpike.access.RequestCounter;
import dev.turnpike.access.RequestLimit;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.canary.Canaries;
import dev.turnpike.completions.CompletionReader;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.ModelClient;
import dev.turnpike.replay.StreamReplay;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.tool.Tool;
import dev.turnpike.wiring.ApiParts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// The api function's routes over the engine's workbench: what a caller sends and gets.
final class Bench {
    static final JsonMapper MAPPER = WireJson.mapper();
    static final String ADMIN = "Bearer " + Canaries.ADMIN_KEY;

    final Workbench work;
    final Keys keys = new Keys();
    final Map<String, Runnable> probes = new HashMap<>();
    final FakeContext context = new FakeContext();
    private final LinkedMedia media;
    private final String key;
    private final Counter counter;
    private final int requestsPerMinute;
    private final Routes routes;

    /// What happens while somebody waits: the worker works.
    Consumer<Duration> meanwhile = this::work;

    Bench(Tool<?>... tools) {
        this(new Workbench(tools), Workbench.MEDIA, new Counter(), 0, tools);
    }

    /// @param requestsPerMinute 0 for any number
    Bench(Counter counter, int requestsPerMinute) {
        this(new Workbench(), Workbench.MEDIA, counter, requestsPerMinute);
    }

    /// Over a model other than the scripted one.
    Bench(ModelClient model) {
        this(new Workbench(model), Workbench.MEDIA, new Counter(), 0);
    }

    /// Where links are followed otherwise.
    Bench(LinkedMedia media) {
        this(new Workbench(), media, new Counter(), 0);
    }

    private Bench(Workbench work, LinkedMedia media, Counter counter, int requestsPerMinute, Tool<?>... tools) {
        this.work = work;
        this.media = media;
        this.counter = counter;
        this.requestsPerMinute = requestsPerMinute;
        var apiKeys = new ApiKeys("dev");
        routes = new Routes(parts(apiKeys, tools));
        key = "Bearer " + newKey(apiKeys, Workbench.TENANT);
    }

    private ApiParts parts(ApiKeys apiKeys, Tool<?>... tools) {
        List<String> names = Arrays.stream(tools).map(Tool::name).toList();
        var responses = new ResponseWriter(MAPPER, Workbench.PRICES::warning);
        var settings = new RequestSettings(
                1_000,
                null,
                names,
                new RunRequest.Compaction.Never(),
                new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                model -> model.startsWith("gpt-"),
                name -> name.startsWith("x_") || name.equals("seed"),
                model -> model.startsWith("gpt-4"),
                model -> model.startsWith("gpt-4o"));
        var requests = new RequestReader(MAPPER, settings);
        return new ApiParts(
                new Authenticator(keys, () -> Canaries.ADMIN_KEY, work.clock),
                new RequestLimit(counter, requestsPerMinute, work.clock),
                apiKeys,
                keys,
                requests,
                new CompletionReader(requests, settings),
                work.admission(media),
                media,
                work.storedItems,
                work.prompts,
                work.engine,
                work.queue,
                work.store,
                work.store,
                responses,
                new CompletionWriter(responses),
                new StreamReplay(work.log, work.store, work.store, responses, work.retention, work.clock, this::pass),
                List.of("gpt-4o-mini", "gpt-4o"),
                probes,
                MAPPER,
                work.ids,
                work.clock,
                this::pass,
                Duration.ofDays(30),
                origin -> origin.startsWith("https://chat."));
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
        ApiKeys.NewKey made = apiKeys.create();
        keys.create(
                ApiKeys.hash(made.text()),
                new KeyStore.StoredKey(made.id(), tenant, "", work.clock.instant(), null, null));
        return made.text();
    }

    Answer get(String path) throws IOException {
        return send("GET", path, Map.of(), "");
    }

    Answer get(String path, Map<String, String> query) throws IOException {
        return serve(new HttpRequest("request-1", "GET", path, Map.of("authorization", key), query, ""));
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
        return serve(new HttpRequest("request-1", method, path, all, Map.of(), body));
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

    /// Counts for as many benches as share it.
    static final class Counter implements RequestCounter {
        private final Map<String, Long> counts = new HashMap<>();
        boolean down;

        @Override
        public synchronized long add(String keyHash, Instant window) {
            if (down) {
                throw new StoreUnavailableException("the table did not answer", new IllegalStateException("down"));
            }
            return counts.merge(keyHash + " " + window, 1L, Long::sum);
        }
    }

    static final class Keys implements KeyStore {
        final Map<String, StoredKey> stored = new HashMap<>();
        int asked;

        @Override
        public Optional<StoredKey> find(String sha256) {
            asked++;
            return Optional.ofNullable(stored.get(sha256));
        }

        @Override
        public boolean create(String sha256, StoredKey key) {
            return stored.putIfAbsent(sha256, key) == null;
        }
    }
}
