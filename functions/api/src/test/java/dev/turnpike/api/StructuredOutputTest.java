package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The provider of the bench makes sure of schemas that are asked for with `strict`, and of no others.
class StructuredOutputTest {
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"}},\"required\":[\"age\"]}";
    private static final String FORMAT = "{\"type\":\"json_schema\",\"name\":\"person\",\"schema\":" + SCHEMA + "%s}";
    private static final String WRONG = "{\"age\":\"secret\"}";
    private static final String GOOD = "{\"age\":41}";

    private final Bench bench = new Bench(CountedTool.readOnly("look"));

    private static String request(String more) {
        return request(FORMAT.formatted(""), more);
    }

    private static String request(String format, String more) {
        return "{\"model\":\"gpt-4o-mini\",\"input\":\"Who?\",\"text\":{\"format\":" + format + "}" + more + "}";
    }

    private static String strict(String more) {
        return request(FORMAT.formatted(",\"strict\":true"), more);
    }

    private static List<String> texts(JsonNode response) {
        return response.path("output")
                .valueStream()
                .map(item -> item.at("/content/0/text").asString())
                .toList();
    }

    @Test
    void anAnswerThatFitsIsTheAnswer() throws IOException {
        bench.work.model.plays(Script.says("{\"age\"", ":41}"));

        JsonNode response = bench.create(request("")).json();

        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(texts(response)).containsExactly(GOOD);
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    void anAnswerThatDoesNotFitIsWrittenOnceMoreAndNeverShown() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says(GOOD));

        JsonNode response = bench.create(request("")).json();

        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(texts(response)).containsExactly(GOOD);
        assertThat(response.at("/turnpike/steps").asInt()).isEqualTo(2);
        assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(40);
        assertThat(bench.work.model.requests().getLast().items().getLast())
                .isInstanceOfSatisfying(Item.Draft.class, draft -> {
                    assertThat(draft.text()).isEqualTo(WRONG);
                    assertThat(draft.mistakes()).contains("\"age\" must be integer, not string");
                });
        assertThat(bench.work.store.ledger()).hasSize(2);
    }

    @Test
    void aSecondWrongAnswerFailsTheRunWithoutTellingWhatItSays() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says(WRONG));

        Answer answer = bench.create(request(""));

        assertThat(bench.work.only().status()).isEqualTo(RunStatus.FAILED);
        assertThat(answer.body())
                .contains("\\\"age\\\" must be integer, not string")
                .doesNotContain("secret");
        assertThat(bench.get(path(bench.work.only())).json().path("output")).isEmpty();
        assertThat(bench.work.model.requests()).hasSize(2);
    }

    private static String path(Run run) {
        return "/v1/responses/" + run.key().responseId();
    }

    @Test
    void aStreamShowsTheGoodAnswerOnly() throws IOException {
        bench.work.model.plays(
                Script.streams(
                        new StreamEvent.ReasoningDelta("Hm."),
                        new StreamEvent.TextDelta("{\"age\":"),
                        new StreamEvent.TextDelta("\"secret\"}")),
                Script.says("{\"age\"", ":41}"));

        Answer answer = bench.create(request(",\"stream\":true"));

        assertThat(answer.body()).doesNotContain("secret");
        assertThat(deltas(answer)).isEqualTo(GOOD);
        JsonNode last = answer.events().getLast().path("response");
        assertThat(last.path("output")
                        .valueStream()
                        .map(item -> item.path("type").asString()))
                .containsExactly("reasoning", "message");
        assertThat(bench.get(path(bench.work.only())).json()).isEqualTo(last);
    }

    private static String deltas(Answer answer) {
        var text = new StringBuilder();
        for (JsonNode event : answer.events()) {
            if (event.path("type").asString().equals("response.output_text.delta")) {
                text.append(event.path("delta").asString());
            }
        }
        return text.toString();
    }

    @Test
    void whatAProviderMakesSureOfIsShownAsItComes() throws IOException {
        bench.work.model.plays(Script.says("{\"age\":", "41}"));

        Answer answer = bench.create(strict(",\"stream\":true"));

        assertThat(answer.eventTypes())
                .filteredOn("response.output_text.delta"::equals)
                .hasSize(2);
        assertThat(deltas(answer)).isEqualTo(GOOD);
    }

    @Test
    void whatAProviderWasSureOfAndDoesNotFitFailsTheRun() throws IOException {
        bench.work.model.plays(Script.says(WRONG));

        Answer answer = bench.create(strict(",\"stream\":true"));

        assertThat(answer.eventTypes()).endsWith("error", "response.failed");
        assertThat(answer.events().getLast().at("/response/error/message").asString())
                .contains("\"age\" must be integer");
        assertThat(deltas(answer)).isEqualTo(WRONG);
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    void aRefusalNeedNotFit() throws IOException {
        bench.work.model.plays(Script.streams(new StreamEvent.RefusalDelta("I won't.")));

        Answer answer = bench.create(request(",\"stream\":true"));

        assertThat(answer.eventTypes()).contains("response.refusal.delta").endsWith("response.completed");
    }

    @Test
    void anAnswerThatWasCutIsIncomplete() throws IOException {
        bench.work.model.plays(Script.says("{\"age\":").ending(FinishReason.LENGTH));

        Answer answer = bench.create(request(",\"stream\":true"));

        assertThat(answer.eventTypes()).endsWith("response.incomplete");
        assertThat(deltas(answer)).isEqualTo("{\"age\":");
    }

    @Test
    void whatIsSaidBesideAToolCallNeedNotFit() throws IOException {
        bench.work.model.plays(
                Script.streams(
                        new StreamEvent.TextDelta("I look."),
                        new StreamEvent.ToolCallStarted(0, "call_0", "look"),
                        new StreamEvent.ToolCallDelta(0, "{}")),
                Script.says(GOOD));

        Answer answer = bench.create(request(",\"stream\":true"));

        assertThat(deltas(answer)).isEqualTo("I look." + GOOD);
        assertThat(answer.eventTypes()).endsWith("response.completed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "41", "Sure!", "", "{\"a\":1} {}", "```json\n{}\n```"})
    void whatIsNoObjectIsNotTakenForOne(String wrong) throws IOException {
        bench.work.model.plays(wrong.isEmpty() ? Script.says() : Script.says(wrong));

        bench.create(request("{\"type\":\"json_object\"}", ""));

        assertThat(bench.work.only().status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aBackgroundRunWritesItsAnswerOnceMore() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says(GOOD));

        bench.create(request(",\"background\":true,\"stream\":true"));
        bench.work.work();

        Answer replay = bench.get(path(bench.work.only()), Map.of("stream", "true"));
        assertThat(replay.body()).doesNotContain("secret");
        assertThat(deltas(replay)).isEqualTo(GOOD);
        assertThat(replay.eventTypes()).endsWith("response.completed");
    }

    @Test
    void aCrashBetweenTheTwoAnswersLosesNothing() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says(GOOD).dying(), Script.says(WRONG), Script.says(GOOD));

        bench.create(request(",\"background\":true"));
        bench.work.work();
        bench.work.recover();

        Run run = bench.work.only();
        assertThat(run.status()).as("the draft counts after a crash, too").isEqualTo(RunStatus.FAILED);
        assertThat(bench.work.model.requests()).hasSize(3);
    }

    @Test
    void aDraftIsInNoListAndLaterRunsDoNotSeeIt() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says(GOOD), Script.says("Bye."));
        String conversation =
                bench.post("/v1/conversations", "{}").json().path("id").asString();
        bench.create(request(",\"conversation\":\"" + conversation + "\""));

        bench.create("{\"model\":\"gpt-4o-mini\",\"input\":\"And?\",\"conversation\":\"" + conversation + "\"}");

        ModelRequest last = bench.work.model.requests().getLast();
        assertThat(last.items()).hasSize(3).noneMatch(Item.Draft.class::isInstance);
        String items = "/v1/conversations/" + conversation + "/items";
        assertThat(bench.get(items).json().path("data")).hasSize(4);
        String draft = bench.work.items(bench.work.store.runs().getFirst()).stream()
                .filter(Item.Draft.class::isInstance)
                .findFirst()
                .orElseThrow()
                .id();
        assertThat(bench.get(items + "/" + draft).status()).isEqualTo(404);
        assertThat(bench.delete(items + "/" + draft).status()).isEqualTo(404);
        assertThat(bench.create("{\"model\":\"gpt-4o-mini\",\"input\":[{\"type\":\"item_reference\",\"id\":\"" + draft
                                + "\"}]}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void chatCompletionsWriteTheirAnswersOnceMoreToo() throws IOException {
        bench.work.model.plays(Script.says(WRONG), Script.says("{\"age\"", ":41}"));
        String chat =
                "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Who?\"}],\"stream\":true,"
                    + "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"person\",\"schema\":"
                        + SCHEMA
                        + "}}}";

        Answer answer = bench.complete(chat);

        var text = new StringBuilder();
        answer.events()
                .forEach(chunk ->
                        text.append(chunk.at("/choices/0/delta/content").asString("")));
        assertThat(text).hasToString(GOOD);
        bench.work.model.plays(Script.says(WRONG), Script.says(WRONG));
        Answer failed = bench.complete(chat.replace("\"stream\":true,", ""));
        assertThat(failed.status()).isGreaterThanOrEqualTo(500);
        assertThat(failed.message()).contains("\"age\" must be integer");
        assertThat(failed.body()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type":"objekt"}                            | "type" must be one of
        {"type":"object","properties":[]}            | "properties" must be object, not array
        {"$ref":"#"}                                 | too complicated
        {"$ref":"#/$defs/none"}                      | none
        {"$ref":"https://example.com/schema.json"}   | example.com
        {"$ref":"file:///etc/passwd"}                | passwd
        {"$ref":"classpath:draft/2020-12/schema"}    | classpath
        {"properties":{"a":{"pattern":"("}}}         | a pattern is malformed: Unclosed group
        """)
    void aSchemaThatCannotBeUsedIsRefused(String schema, String why) throws IOException {
        Answer answer =
                bench.create(request("{\"type\":\"json_schema\",\"name\":\"person\",\"schema\":" + schema + "}", ""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_json_schema");
        assertThat(answer.error().path("param").asString()).isEqualTo("text.format.schema");
        assertThat(answer.message()).contains(why);
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "é", "01234567890123456789012345678901234567890123456789012345678901234"})
    void aNameThatIsNoneIsRefused(String name) throws IOException {
        Answer answer = bench.create(request(FORMAT.formatted("").replace("person", name), ""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo("text.format.name");
    }

    @Test
    void aPatternThatNeverEndsIsGivenUp() throws IOException {
        String slow = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}}}";
        Script evil = Script.says("{\"a\":\"" + "a".repeat(60) + "!\"}");
        bench.work.model.plays(evil, evil);

        bench.create(request("{\"type\":\"json_schema\",\"name\":\"slow\",\"schema\":" + slow + "}", ""));

        assertThat(bench.work.only().status()).isEqualTo(RunStatus.FAILED);
    }
}
