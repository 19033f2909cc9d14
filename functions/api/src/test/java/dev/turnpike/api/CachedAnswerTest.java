package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CachedAnswerTest {
    private static final String CACHED = "\"temperature\":0,\"turnpike\":{\"cache\":true}";

    private final Bench bench = new Bench(CountedTool.readOnly("look"));

    @Test
    void theSameRequestIsAnsweredAgainForNothingAndTheLedgerSaysSo() throws IOException {
        JsonNode first = create(CACHED).json();
        JsonNode second = create(CACHED).json();

        assertThat(bench.work.model.requests()).hasSize(1);
        assertThat(text(second)).isEqualTo(text(first)).isEqualTo("Hello.");
        assertThat(second.path("id")).isNotEqualTo(first.path("id"));
        assertThat(first.path("turnpike").has("steps_from_cache")).isFalse();
        assertThat(second.path("turnpike").path("steps_from_cache").asInt()).isOne();
        assertThat(second.path("turnpike").path("cost_usd").decimalValue()).isZero();
        assertThat(second.path("usage").path("total_tokens").asInt()).isZero();
        assertThat(ledgerOfLatest()).singleElement().satisfies(row -> {
            assertThat(row.fromCache()).isTrue();
            assertThat(row.usage()).isEqualTo(Usage.NONE);
            assertThat(row.cost().micros()).isZero();
        });
        long charged = bench.work.store.runs().stream()
                .mapToLong(run -> run.spent().inputTokens() + run.spent().outputTokens())
                .sum();
        assertThat(charged).isEqualTo(bench.work.model.metered().totalTokens());
    }

    @Test
    void aStreamIsAnsweredFromWhatAnAnswerLeftAndTheOtherWayRound() throws IOException {
        create(CACHED);
        String stream = create(CACHED + ",\"stream\":true").body();

        assertThat(bench.work.model.requests()).hasSize(1);
        assertThat(stream)
                .contains("event: response.output_text.delta", "\"delta\":\"Hello.\"", "\"steps_from_cache\":1");

        bench.work.model.plays(Script.says("Good ", "day."));
        create(CACHED + ",\"instructions\":\"Be polite.\",\"stream\":true");
        assertThat(text(create(CACHED + ",\"instructions\":\"Be polite.\"").json()))
                .isEqualTo("Good day.");
        assertThat(bench.work.model.requests()).hasSize(2);
    }

    @Test
    void bothApisShareTheirAnswers() throws IOException {
        create(CACHED + ",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"allowed_tools\":[]}]");
        String chat = "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]," + CACHED;

        JsonNode whole = bench.complete(chat + "}").json();
        String stream = bench.complete(chat + ",\"stream\":true}").body();

        assertThat(bench.work.model.requests()).hasSize(1);
        assertThat(whole.path("choices").path(0).path("message").path("content").asString())
                .isEqualTo("Hello.");
        assertThat(whole.path("turnpike").path("steps_from_cache").asInt()).isOne();
        assertThat(stream).contains("\"content\":\"Hello.\"", "\"steps_from_cache\":1", "[DONE]");
    }

    @Test
    void aRunInTheBackgroundUsesItToo() throws IOException {
        create(CACHED);
        create(CACHED + ",\"background\":true");
        bench.work.work();

        assertThat(bench.work.model.requests()).hasSize(1);
        assertThat(latest().servedBy().stepsFromCache()).isOne();
    }

    @Test
    void everyStepOfARunWithToolsMayBeAtHand() throws IOException {
        bench.work.model.plays(Script.calls("look"), Script.says("Seen."));

        create(CACHED);
        JsonNode again = create(CACHED).json();

        assertThat(bench.work.model.requests()).hasSize(2);
        assertThat(again.path("turnpike").path("steps_from_cache").asInt()).isEqualTo(2);
        assertThat(again.path("turnpike").path("steps").asInt()).isEqualTo(3);
        assertThat(again.path("output").path(0).path("type").asString()).isEqualTo("mcp_call");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "turnpike":{"cache":true}                                                    | 2
        "turnpike":{"cache":true},"temperature":0.1                                  | 2
        "turnpike":{"cache":{"nondeterministic":true}}                               | 1
        "turnpike":{"cache":{"ttl_seconds":60}},"temperature":0.0                    | 1
        "turnpike":{"cache":true},"seed":7                                           | 1
        "turnpike":{"cache":false},"temperature":0                                   | 2
        "turnpike":{},"temperature":0                                                | 2
        "turnpike":null,"temperature":0                                              | 2
        "temperature":0                                                              | 2
        """)
    void onlyWhatIsAskedForAndNotLeftToChanceIsCached(String fields, int calls) throws IOException {
        create(fields);
        create(fields);

        assertThat(bench.work.model.requests()).hasSize(calls);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"cache":5}                          | turnpike.cache
        {"cache":{"ttl_seconds":0}}          | turnpike.cache.ttl_seconds
        {"cache":{"ttl_seconds":2592001}}    | turnpike.cache.ttl_seconds
        {"cache":{"ttl_seconds":"long"}}     | turnpike.cache.ttl_seconds
        {"cache":{"nondeterministic":1}}     | turnpike.cache.nondeterministic
        {"cache":{"tenant":"other"}}         | turnpike.cache.tenant
        {"server_tools":["look"]}            | turnpike.server_tools
        {"compact":true}                     | turnpike.compact
        5                                    | turnpike
        """)
    void whatIsWrongThereIsRefused(String ours, String param) throws IOException {
        Answer refused = create("\"turnpike\":" + ours);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo(param);
    }

    @Test
    void anotherTenantIsGivenNothingOfIt() throws IOException {
        create(CACHED);
        var foreign = Map.of("authorization", bench.keyOf("tenant-2"));

        JsonNode answer =
                bench.send("POST", "/v1/responses", foreign, body(CACHED)).json();

        assertThat(bench.work.model.requests()).hasSize(2);
        assertThat(answer.path("turnpike").has("steps_from_cache")).isFalse();
    }

    @Test
    void itIsForgottenInTime() throws IOException {
        String hour = "\"temperature\":0,\"turnpike\":{\"cache\":{\"ttl_seconds\":3600}}";
        create(hour);
        bench.work.clock.advance(Duration.ofHours(1));
        create(hour);

        assertThat(bench.work.model.requests()).hasSize(2);
    }

    @Test
    void aKeyCanHaveItByDefaultAndARequestCanDoWithout() throws IOException {
        Answer made = bench.send(
                "POST",
                "/v1/organization/api_keys",
                Map.of("authorization", Bench.ADMIN),
                "{\"tenant\":\"" + Workbench.TENANT + "\",\"cache\":{\"ttl_seconds\":60}}");
        assertThat(made.json().path("cache")).hasToString("{\"ttl_seconds\":60,\"nondeterministic\":false}");
        var headers =
                Map.of("authorization", "Bearer " + made.json().path("key").asString());
        String chat = "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

        for (int i = 0; i < 2; i++) {
            bench.send("POST", "/v1/responses", headers, body("\"temperature\":0"));
            bench.send("POST", "/v1/chat/completions", headers, chat);
        }
        assertThat(bench.work.model.requests()).hasSize(2);

        bench.send("POST", "/v1/responses", headers, body("\"temperature\":0,\"turnpike\":{\"cache\":false}"));
        assertThat(bench.work.model.requests()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "{\"ttl_seconds\":-1}", "{\"zzz\":1}"})
    void aKeyIsNotMadeWithAWrongDefault(String cache) throws IOException {
        int before = bench.access.keys.stored.size();

        Answer refused = bench.send(
                "POST",
                "/v1/organization/api_keys",
                Map.of("authorization", Bench.ADMIN),
                "{\"tenant\":\"acme\",\"cache\":" + cache + "}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(bench.access.keys.stored).hasSize(before);
    }

    @Test
    void anAnswerThatFailsItsCheckIsAskedForAnew() throws IOException {
        String json = CACHED
                + ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"strict\":false,"
                + "\"schema\":{\"type\":\"object\",\"required\":[\"a\"]}}}";
        bench.work.model.plays(Script.says("no"), Script.says("{\"a\":1}"));
        create(json);
        create(json);

        // The first wrong answer is asked for again; the right one is kept for the question with the wrong one in it.
        assertThat(bench.work.model.requests()).hasSize(3);
    }

    @Test
    void aStoreThatFailsIsSeenInTheLogOnly() throws IOException {
        bench.work.answers.down = true;

        assertThat(create(CACHED).status()).isEqualTo(200);
        assertThat(bench.context.logged).anyMatch(line -> line.contains("cached answers failed"));
    }

    private Answer create(String fields) throws IOException {
        return bench.create(body(fields));
    }

    private static String body(String fields) {
        return "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"," + fields + "}";
    }

    private static String text(JsonNode response) {
        return response.path("output")
                .path(0)
                .path("content")
                .path(0)
                .path("text")
                .asString();
    }

    private Run latest() {
        return bench.work.store.runs().getLast();
    }

    private List<LedgerRow> ledgerOfLatest() {
        return bench.work.store.ledger(latest().key());
    }
}
