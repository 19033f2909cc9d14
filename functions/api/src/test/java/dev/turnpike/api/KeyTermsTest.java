package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.NamePatterns;
import dev.turnpike.access.Owner;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.MemoryAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What a key may be used for.
class KeyTermsTest {
    private static final String HELLO = "{\"model\": \"gpt-4o\", \"input\": \"Hello\"}";
    private static final Owner OWNER = new Owner("tenant-1", "ada");

    private final MemoryAccess access = new MemoryAccess();
    private final Bench bench = new Bench(
            access,
            new Allowance(0, 0, List.of(Cap.parse("key/minute=100tokens"), Cap.parse("tenant/month=1usd"))),
            CountedTool.readOnly("look"),
            CountedTool.readOnly("listen"));

    private Answer send(KeyTerms terms, String line, String body) throws IOException {
        String[] route = line.split(" ", 2);
        return bench.send(route[0], route[1], Map.of("authorization", bench.keyOf(OWNER, terms)), body);
    }

    private static KeyTerms scoped(KeyScope... scopes) {
        return new KeyTerms("", Set.of(scopes), KeyTerms.ANY, KeyTerms.ANY, Allowance.NONE, null, null);
    }

    private static KeyTerms narrowed(List<String> models, List<String> tools) {
        return new KeyTerms(
                "", KeyScope.all(), new NamePatterns(models), new NamePatterns(tools), Allowance.NONE, null, null);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        RESPONSES_WRITE,     POST /v1/responses
        RESPONSES_WRITE,     POST /v1/responses/compact
        RESPONSES_WRITE,     POST /v1/responses/input_tokens
        RESPONSES_WRITE,     POST /v1/chat/completions
        RESPONSES_WRITE,     POST /v1/responses/resp_1/cancel
        RESPONSES_WRITE,     DELETE /v1/responses/resp_1
        RESPONSES_WRITE,     DELETE /v1/chat/completions/chatcmpl-1
        RESPONSES_READ,      GET /v1/responses/resp_1
        RESPONSES_READ,      GET /v1/responses/resp_1/input_items
        RESPONSES_READ,      GET /v1/chat/completions/chatcmpl-1
        CONVERSATIONS_WRITE, POST /v1/conversations
        CONVERSATIONS_WRITE, POST /v1/conversations/conv_1
        CONVERSATIONS_WRITE, DELETE /v1/conversations/conv_1
        CONVERSATIONS_WRITE, POST /v1/conversations/conv_1/items
        CONVERSATIONS_WRITE, DELETE /v1/conversations/conv_1/items/msg_1
        CONVERSATIONS_READ,  GET /v1/conversations
        CONVERSATIONS_READ,  GET /v1/conversations/conv_1
        CONVERSATIONS_READ,  GET /v1/conversations/conv_1/items
        CONVERSATIONS_READ,  GET /v1/conversations/conv_1/items/msg_1
        """)
    void eachRouteNeedsItsScopeAndNoOther(KeyScope scope, String route) throws IOException {
        Set<KeyScope> others = new TreeSet<>(KeyScope.all());
        others.remove(scope);
        Answer without = send(scoped(others.toArray(KeyScope[]::new)), route, "{}");
        assertThat(without.status()).isEqualTo(403);
        assertThat(without.code()).isEqualTo("insufficient_permissions");
        assertThat(without.message()).contains("'" + scope.wireName() + "'");
        assertThat(send(scoped(scope), route, "{}").status()).isNotIn(401, 403);
    }

    @Test
    void everyKeyMayListModelsAsFarAsItMayUseThem() throws IOException {
        Answer all = send(scoped(), "GET /v1/models", "");
        assertThat(all.json().path("data").size()).isEqualTo(2);
        KeyTerms mini = narrowed(List.of("*-mini"), List.of("*"));
        Answer some = send(mini, "GET /v1/models", "");
        assertThat(some.json()
                        .path("data")
                        .valueStream()
                        .map(model -> model.path("id").asString()))
                .containsExactly("gpt-4o-mini");
        assertThat(send(mini, "GET /v1/models/gpt-4o-mini", "").status()).isEqualTo(200);
        assertThat(send(mini, "GET /v1/models/gpt-4o", "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /v1/responses              | {"model": "gpt-4o", "input": "Hello"}
        /v1/responses              | {"model": "gpt-4o", "input": "Hello", "stream": true}
        /v1/responses/compact      | {"model": "gpt-4o", "input": "Hello"}
        /v1/responses/input_tokens | {"model": "gpt-4o", "input": "Hello"}
        /v1/chat/completions       | {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
        /v1/responses              | {"input": "Hello"}
        /v1/chat/completions       | {"messages": [{"role": "user", "content": "Hello"}]}
        """)
    void aModelThatTheKeyMayNotUseIsRefusedThoughItIsTheDefault(String path, String body) throws IOException {
        Answer answer = send(narrowed(List.of("gpt-5*"), List.of("*")), "POST " + path, body);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(answer.error().path("param").asString()).isEqualTo("model");
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @Test
    void aModelOfTheKeyIsUsedAndOneThatIsNotAllowedHereIsNot() throws IOException {
        KeyTerms any = narrowed(List.of("gpt-4o", "claude"), List.of("*"));
        assertThat(send(any, "POST /v1/responses", HELLO).status()).isEqualTo(200);
        Answer elsewhere = send(any, "POST /v1/responses", HELLO.replace("gpt-4o", "claude"));
        assertThat(elsewhere.status()).isEqualTo(400);
        assertThat(elsewhere.code()).isEqualTo("model_not_found");
    }

    @Test
    void toolsAreNarrowedAndNeverWidened() throws IOException {
        bench.work.model.plays(says("One."), says("Two."));
        send(narrowed(List.of("*"), List.of("look", "shout")), "POST /v1/responses", HELLO);
        send(narrowed(List.of("*"), List.of()), "POST /v1/responses", HELLO);
        assertThat(bench.work.model.requests().get(0).tools())
                .extracting(tool -> tool.name())
                .containsExactly("look");
        assertThat(bench.work.model.requests().get(1).tools()).isEmpty();
        Answer asked = send(
                narrowed(List.of("*"), List.of("look")),
                "POST /v1/responses",
                "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\","
                        + "\"allowed_tools\":[\"listen\"]}]}");
        assertThat(asked.status()).isEqualTo(400);
    }

    @Test
    void tokensOfTheMinuteThatAreUsedUpRefuseAndSayWhenToComeAgain() throws IOException {
        String key = bench.keyOf(OWNER, KeyTerms.unrestricted(""));
        Map<String, String> headers = Map.of("authorization", key);
        Answer good = bench.send("POST", "/v1/responses", headers, HELLO);
        assertThat(good.status()).isEqualTo(200);
        assertThat(good.header("x-ratelimit-limit-tokens")).isEqualTo("100");
        assertThat(good.header("x-ratelimit-remaining-tokens")).isEqualTo("100");
        assertThat(good.headers()).doesNotContainKeys("x-ratelimit-limit-requests", "turnpike-cap-warning");
        access.use(Bench.idOf(key), bench.work.clock.instant(), new Amount(0, 100));

        Answer refused = bench.send("POST", "/v1/responses", headers, HELLO);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limit_exceeded");
        assertThat(refused.error().path("type").asString()).isEqualTo("tokens");
        assertThat(refused.header("retry-after")).isEqualTo("60");
        assertThat(refused.header("retry-after-ms")).isEqualTo("60000");
        assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("0");
        assertThat(refused.header("x-ratelimit-reset-tokens")).isEqualTo("1m0s");
        assertThat(refused.header("turnpike-cap-warning")).isEqualTo("key/minute 100%");
        assertThat(bench.work.store.runs()).hasSize(1);
        bench.work.clock.advance(Duration.ofMinutes(1));
        assertThat(bench.send("POST", "/v1/responses", headers, HELLO).status()).isEqualTo(200);
    }

    @Test
    void capsThatAreNearlyUsedUpWarnOnEveryAnswerAndRefuseNothingAtTheDoor() throws IOException {
        access.use(OWNER.wholeTenant(), bench.work.clock.instant(), new Amount(966_000, 0));
        Answer answer = send(KeyTerms.unrestricted(""), "POST /v1/responses", HELLO);
        assertThat(answer.header("turnpike-cap-warning")).isEqualTo("tenant/month 96%");
        access.use(OWNER.wholeTenant(), bench.work.clock.instant(), new Amount(966_000, 0));
        assertThat(send(KeyTerms.unrestricted(""), "POST /v1/responses", HELLO).status())
                .isNotEqualTo(429);
    }

    @Test
    void aKeySeesWhatIsUsedAndLeftOfEveryCapThatCountsForItsRuns() throws IOException {
        var now = bench.work.clock.instant();
        limit("{\"tenant\":\"tenant-1\",\"user\":\"ada\",\"caps\":[\"user/day=2usd\"]}");
        limit("{\"tenant\":\"tenant-1\",\"caps\":[\"tenant/month=5usd\",\"run=1usd\"]}");
        access.use(OWNER, now, new Amount(500_000, 30));
        access.use(OWNER.wholeTenant(), now, new Amount(5_250_000, 40));
        String key = bench.keyOf(
                OWNER,
                KeyTerms.unrestricted("").with(new Allowance(null, null, List.of(Cap.parse("key/day=100tokens")))));
        access.use(keyId(key), now, new Amount(250_000, 20));

        JsonNode own =
                bench.send("GET", "/v1/usage", Map.of("authorization", key), "").json();

        assertThat(own.path("balances").toString())
                .isEqualTo("[{\"cap\":\"key/day=100tokens\",\"used\":20,\"left\":80},"
                        + "{\"cap\":\"user/day=2usd\",\"used\":0.500000,\"left\":1.500000},"
                        + "{\"cap\":\"tenant/month=5usd\",\"used\":5.250000,\"left\":0.000000},"
                        + "{\"cap\":\"key/minute=100tokens\",\"used\":20,\"left\":80}]");
        assertThat(own.path("caps").valueStream().map(JsonNode::asString))
                .containsExactly(
                        "key/day=100tokens", "user/day=2usd", "tenant/month=5usd", "run=1usd", "key/minute=100tokens");
    }

    private String keyId(String key) throws IOException {
        return bench.send("GET", "/v1/usage", Map.of("authorization", key), "")
                .json()
                .path("api_key_id")
                .asString();
    }

    @Test
    void aRunIsChargedToTheUserOfItsKeyUnderTheCapsOfTheKey() throws IOException {
        KeyTerms capped = KeyTerms.unrestricted("").with(new Allowance(null, null, List.of(Cap.parse("run=2usd"))));
        Answer answer = send(capped, "POST /v1/responses", HELLO);
        assertThat(answer.status()).isEqualTo(200);
        var run = bench.work.store.runs().getFirst();
        assertThat(run.payer().user()).isEqualTo("ada");
        assertThat(run.limits().caps()).contains(Cap.parse("run=2usd"));
    }

    @Test
    void whatTheAdminSetsCountsFromTheNextRequestOn() throws IOException {
        String key = bench.keyOf(OWNER, KeyTerms.unrestricted(""));
        Map<String, String> headers = Map.of("authorization", key);
        assertThat(bench.send("POST", "/v1/responses", headers, HELLO).status()).isEqualTo(200);
        limit("{\"tenant\":\"tenant-1\",\"requests_per_minute\":1}");
        assertThat(bench.send("POST", "/v1/responses", headers, HELLO).header("x-ratelimit-limit-requests"))
                .isEqualTo("1");
        assertThat(bench.send("POST", "/v1/responses", headers, HELLO).status()).isEqualTo(429);
        limit("{\"tenant\":\"tenant-1\",\"requests_per_minute\":5}");
        assertThat(bench.send("POST", "/v1/responses", headers, HELLO).status()).isEqualTo(200);
        JsonNode now = limit("{\"tenant\":\"tenant-1\",\"requests_per_minute\":null,\"caps\":[\"key/day=1usd\"]}");
        assertThat(now.path("requests_per_minute").isNull()).isTrue();
        assertThat(now.path("caps").get(0).asString()).isEqualTo("key/day=1usd");
    }

    private JsonNode limit(String body) throws IOException {
        Answer answer = bench.send("POST", "/v1/organization/limits", Map.of("authorization", Bench.ADMIN), body);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
