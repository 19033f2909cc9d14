package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CreateCompletionTest {
    private static final String HELLO = body("");
    private static final String STREAMED = body("\"stream\":true");
    private static final String METERED = body("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    private static final String OURS = "\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\"}]";
    private static final String YOURS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\"}}}]";
    private static final Map<String, String> ONCE = Map.of("idempotency-key", "once");

    private final CountedTool look = CountedTool.readOnly("look");
    private final Bench bench = new Bench(look);

    private static String body(String fields) {
        return "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]"
                + (fields.isEmpty() ? "" : ",") + fields + "}";
    }

    private Answer completeOnce(String body) throws IOException {
        return bench.send("POST", "/v1/chat/completions", ONCE, body);
    }

    private static JsonNode message(Answer answer) {
        return answer.json().at("/choices/0/message");
    }

    private static String finishReason(Answer answer) {
        return answer.json().at("/choices/0/finish_reason").asString("");
    }

    /// What all chunks of a stream that has ended well have in common; gives the only finish reason.
    private static String finishOf(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(answer.body().lines()).allMatch(line -> line.isEmpty() || line.startsWith("data: "));
        assertThat(answer.hasEnded()).isTrue();
        List<JsonNode> chunks = answer.events();
        JsonNode first = chunks.getFirst();
        assertThat(first.at("/choices/0/delta/role").asString()).isEqualTo("assistant");
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
            for (String same : List.of("id", "created", "model")) {
                assertThat(chunk.path(same)).isEqualTo(first.path(same));
            }
        });
        assertThat(chunks.subList(1, chunks.size()))
                .noneMatch(chunk -> chunk.at("/choices/0/delta").has("role"));
        List<String> reasons = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/finish_reason").asString(""))
                .filter(reason -> !reason.isEmpty())
                .toList();
        assertThat(reasons).hasSize(1);
        return reasons.getFirst();
    }

    private static String joined(Answer answer, String field) {
        var text = new StringBuilder();
        answer.events()
                .forEach(chunk ->
                        text.append(chunk.at("/choices/0/delta").path(field).asString("")));
        return text.toString();
    }

    @Test
    void aCompletionIsAnsweredWithWhatItUsedAndCost() throws IOException {
        bench.work.model.plays(Script.says("Hel", "lo.").using(Usage.reported(100, 60, 20, 5)));
        Answer answer = bench.complete(HELLO);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        JsonNode json = answer.json();
        Run run = bench.work.only();
        assertThat(json.path("id").asString()).matches("chatcmpl-[0-9a-z]{52}");
        assertThat(json.path("object").asString()).isEqualTo("chat.completion");
        assertThat(json.path("created").asLong()).isEqualTo(run.createdAt().getEpochSecond());
        assertThat(json.path("model").asString()).isEqualTo("gpt-4o-mini");
        assertThat(json.path("choices")).hasSize(1);
        assertThat(json.at("/choices/0")).isEqualTo(Bench.MAPPER.readTree("""
            {"index":0,"message":{"role":"assistant","content":"Hello.","refusal":null,"annotations":[]},
             "logprobs":null,"finish_reason":"stop"}\
            """));
        assertThat(json.path("usage")).isEqualTo(Bench.MAPPER.readTree("""
            {"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
             "prompt_tokens_details":{"cached_tokens":60,"audio_tokens":0},
             "completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":0,"accepted_prediction_tokens":0,
              "rejected_prediction_tokens":0}}\
            """));
        assertThat(json.at("/turnpike/cost_usd").asDouble()).isPositive();
        assertThat(json.at("/turnpike/steps").asInt()).isEqualTo(1);
        assertThat(bench.work.store.ledger(run.key()))
                .extracting(LedgerRow::state)
                .containsExactly(LedgerRow.State.SETTLED);
    }

    @Test
    void theMessagesAreAllThatTheModelIsShown() throws IOException {
        bench.complete(HELLO);
        bench.complete(HELLO);
        assertThat(bench.work.model.requests()).allSatisfy(request -> {
            assertThat(request.instructions()).isNull();
            assertThat(request.tools()).isEmpty();
            assertThat(request.items())
                    .singleElement()
                    .satisfies(item -> assertThat(item).isEqualTo(Item.Message.text(item.id(), Role.USER, "Hello")));
        });
        assertThat(bench.work.store.runs())
                .extracting(run -> run.key().conversation())
                .doesNotHaveDuplicates();
    }

    @Test
    void aStreamIsOneChunkForEachPiece() throws IOException {
        bench.work.model.plays(Script.says("Hel", "lo \"you\"", "\n\u2028😀"));
        Answer answer = bench.complete(STREAMED);
        assertThat(finishOf(answer)).isEqualTo("stop");
        assertThat(answer.events()).hasSize(4);
        assertThat(joined(answer, "content")).isEqualTo("Hello \"you\"\n\u2028😀");
        JsonNode second = answer.events().get(1);
        assertThat(second.propertyNames()).containsExactly("id", "object", "created", "model", "choices");
        assertThat(second.path("choices")).isEqualTo(Bench.MAPPER.readTree("""
            [{"index":0,"delta":{"content":"lo \\"you\\""},"logprobs":null,"finish_reason":null}]\
            """));
        assertThat(answer.events().getLast().at("/choices/0/delta")).isEmpty();
    }

    @Test
    void usageIsALastChunkOfItsOwn() throws IOException {
        Answer answer = bench.complete(METERED);
        assertThat(finishOf(answer)).isEqualTo("stop");
        List<JsonNode> chunks = answer.events();
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(
                                chunk.has("usage") && chunk.get("usage").isNull())
                        .isTrue());
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("choices").isArray()).isTrue();
        assertThat(chunks.getLast().path("usage"))
                .isEqualTo(bench.complete(HELLO).json().path("usage"));
        assertThat(chunks.getLast().at("/turnpike/cost_usd").asDouble()).isPositive();
    }

    @Test
    void anEmptyAnswerIsStillAnAnswer() throws IOException {
        bench.work.model.plays(Script.says());
        Answer streamed = bench.complete(STREAMED);
        assertThat(finishOf(streamed)).isEqualTo("stop");
        assertThat(streamed.events()).hasSize(2);
        Answer whole = bench.complete(HELLO);
        assertThat(message(whole).path("content").asString("null")).isEmpty();
    }

    @Test
    void reasoningAndRefusalHaveTheirFields() throws IOException {
        bench.work.model.plays(Script.streams(
                new StreamEvent.ReasoningDelta("Should "),
                new StreamEvent.ReasoningDelta("I?"),
                new StreamEvent.RefusalDelta("No"),
                new StreamEvent.RefusalDelta(".")));
        Answer streamed = bench.complete(STREAMED);
        assertThat(finishOf(streamed)).isEqualTo("stop");
        assertThat(joined(streamed, "reasoning_content")).isEqualTo("Should I?");
        assertThat(joined(streamed, "refusal")).isEqualTo("No.");
        assertThat(joined(streamed, "content")).isEmpty();
        JsonNode message = message(bench.complete(HELLO));
        assertThat(message.path("reasoning_content").asString()).isEqualTo("Should I?");
        assertThat(message.path("refusal").asString()).isEqualTo("No.");
        assertThat(message.path("content").isNull()).isTrue();
    }

    @Test
    void theCallersFunctionsComeBackAsToolCalls() throws IOException {
        bench.work.model.plays(Script.streams(
                        new StreamEvent.ToolCallStarted(0, "call_a", "weather"),
                        new StreamEvent.ToolCallDelta(0, "{\"city\":"),
                        new StreamEvent.ToolCallStarted(1, "call_b", "weather"),
                        new StreamEvent.ToolCallDelta(1, "{}"),
                        new StreamEvent.ToolCallDelta(0, "\"Oslo\"}"))
                .ending(FinishReason.TOOL_CALLS));
        Answer streamed = bench.complete(body("\"stream\":true," + YOURS));
        assertThat(finishOf(streamed)).isEqualTo("tool_calls");
        assertThat(streamed.events().stream().map(chunk -> chunk.at("/choices/0/delta")))
                .containsExactlyElementsOf(List.of(
                                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}",
                                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}",
                                "{\"tool_calls\":[{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}",
                                "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}",
                                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Oslo\\\"}\"}}]}",
                                "{}")
                        .stream()
                        .map(Bench.MAPPER::readTree)
                        .toList());

        Answer whole = bench.complete(body(YOURS));
        assertThat(finishReason(whole)).isEqualTo("tool_calls");
        assertThat(message(whole).path("content").isNull()).isTrue();
        assertThat(message(whole).path("tool_calls")).isEqualTo(Bench.MAPPER.readTree("""
            [{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}},
             {"id":"call_b","type":"function","function":{"name":"weather","arguments":"{}"}}]\
            """));
    }

    @Test
    void theResultOfACallIsShownToTheModel() throws IOException {
        Answer answer = bench.complete("""
            {"model":"gpt-4o-mini","messages":[
             {"role":"user","content":"How is it in Oslo?"},
             {"role":"assistant","content":null,"tool_calls":[
              {"id":"call_a","type":"function","function":{"name":"weather","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"call_a","content":"21 degrees"}]}\
            """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(bench.work.model.requests().getFirst().items())
                .satisfiesExactly(
                        item -> assertThat(item).isInstanceOf(Item.Message.class),
                        item -> assertThat(item).isInstanceOf(Item.ToolCall.class),
                        item -> assertThat(item)
                                .isInstanceOfSatisfying(
                                        Item.ToolResult.class,
                                        result -> assertThat(result.output()).isEqualTo("21 degrees")));
    }

    @Test
    void callsAndResultsMustMatch() throws IOException {
        Answer unanswered = bench.complete("""
            {"model":"gpt-4o-mini","messages":[{"role":"assistant","content":null,"tool_calls":[
              {"id":"call_a","type":"function","function":{"name":"weather","arguments":"{}"}}]}]}\
            """);
        assertThat(unanswered.status()).isEqualTo(400);
        assertThat(unanswered.error().path("param").asString()).isEqualTo("messages");
        assertThat(unanswered.message()).contains("'tool_calls'", "call_a");
        Answer uncalled = bench.complete("""
            {"model":"gpt-4o-mini","messages":[{"role":"tool","tool_call_id":"call_b","content":"9"}]}\
            """);
        assertThat(uncalled.status()).isEqualTo(400);
        assertThat(uncalled.error().path("param").asString()).isEqualTo("messages");
        assertThat(uncalled.message()).contains("'tool'", "call_b");
        assertThat(bench.work.store.runs()).isEmpty();
    }

    @Test
    void ourToolsRunUnseenWhereTheyAreAskedFor() throws IOException {
        bench.work.model.plays(
                Script.streams(
                                new StreamEvent.TextDelta("Let me look."),
                                new StreamEvent.ToolCallStarted(0, "call_0", "look"),
                                new StreamEvent.ToolCallDelta(0, "{}"))
                        .ending(FinishReason.TOOL_CALLS),
                Script.says("A ", "tree."));
        Answer streamed = completeOnce(body("\"stream\":true," + OURS));
        assertThat(finishOf(streamed)).isEqualTo("stop");
        assertThat(streamed.body()).doesNotContain("tool_calls", "look\"");
        assertThat(joined(streamed, "content")).isEqualTo("Let me look.\n\nA tree.");
        assertThat(look.starts()).hasSize(1);
        assertThat(streamed.events().getLast().at("/turnpike/steps").asInt()).isEqualTo(3);

        Answer again = completeOnce(body("\"stream\":true," + OURS));
        assertThat(finishOf(again)).isEqualTo("stop");
        assertThat(joined(again, "content")).isEqualTo("Let me look.\n\nA tree.");
        assertThat(look.starts()).hasSize(1);
    }

    @Test
    void ourToolsAreNotOfferedToWhoeverDoesNotKnowThem() throws IOException {
        bench.complete(HELLO);
        bench.complete(body(YOURS));
        bench.complete(body(OURS));
        assertThat(bench.work.model.requests())
                .extracting(request ->
                        request.tools().stream().map(tool -> tool.name()).toList())
                .containsExactly(List.of(), List.of("weather"), List.of("look"));
    }

    @ParameterizedTest
    @CsvSource({"LENGTH, length", "CONTENT_FILTER, content_filter", "OTHER, stop"})
    void theReasonWhyTheAnswerEndedIsTold(FinishReason reason, String told) throws IOException {
        bench.work.model.plays(Script.says("Hel", "lo").ending(reason));
        assertThat(finishReason(bench.complete(HELLO))).isEqualTo(told);
        Answer streamed = bench.complete(STREAMED);
        assertThat(finishOf(streamed)).isEqualTo(told);
        assertThat(joined(streamed, "content")).isEqualTo("Hello");
    }

    @Test
    @DisplayName("Row 27: a model that calls a tool of ours for ever is cut, and the answer says that it is not whole")
    void aRunThatMeetsALimitIsCutShort() throws IOException {
        bench.work.model.plays(Script.calls("look"));
        Answer streamed = bench.complete(body("\"stream\":true," + OURS));
        assertThat(finishOf(streamed)).isEqualTo("length");
        assertThat(look.starts()).hasSizeLessThan(51);
    }

    @Test
    @DisplayName("Row 29: a once-only tool whose outcome is unknown is an error that clients must not repeat")
    void anUnknownOutcomeIsAnError() throws IOException {
        CountedTool pay = CountedTool.once("pay").doing(_ -> {
            throw new IllegalStateException("after the payment");
        });
        var paying = new Bench(pay);
        paying.work.model.plays(Script.calls("pay"), Script.says("Never."));
        Answer answer = paying.complete(body("\"stream\":true," + OURS));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.code()).isEqualTo("outcome_unknown");
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        assertThat(pay.starts()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMITED, 429, rate_limit_exceeded, true",
        "UNAVAILABLE, 502, upstream_error, true",
        "TIMEOUT, 504, upstream_timeout, true",
        "AUTHENTICATION, 500, upstream_auth, false",
        "MODEL_NOT_FOUND, 404, model_not_found, false",
        "CONTEXT_TOO_LONG, 400, context_length_exceeded, false"
    })
    @DisplayName("Row 23: what fails before the first word is told with a status, streamed or not")
    void aFailureBeforeTheFirstWordHasAStatus(Kind kind, int status, String code, String again) throws IOException {
        bench.work.model.plays(Script.fails(kind));
        for (String request : List.of(HELLO, STREAMED)) {
            Answer answer = bench.complete(request);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.header("x-should-retry")).isEqualTo(again);
            assertThat(answer.message()).doesNotContain("input", "truncation");
        }
    }

    @Test
    @DisplayName("Row 19: an answer that breaks off ends with an error, never with a finish reason")
    void anAnswerThatBreaksOffEndsWithAnError() throws IOException {
        bench.work.model.plays(Script.says("Hel", "lo").failing(Kind.CONNECTION, null));
        Answer streamed = bench.complete(STREAMED);
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(joined(streamed, "content")).isEqualTo("Hello");
        assertThat(streamed.events().getLast().path("error").propertyNames())
                .containsExactly("message", "type", "param", "code", "details");
        assertThat(streamed.events().getLast().at("/error/code").asString()).isEqualTo("upstream_connection");
        assertThat(streamed.hasEnded()).isFalse();
        assertThat(streamed.body()).doesNotContain("\"finish_reason\":\"");
        assertThat(bench.work.model.requests()).hasSize(1);

        Answer whole = bench.complete(HELLO);
        assertThat(whole.status()).isEqualTo(502);
        assertThat(whole.code()).isEqualTo("upstream_connection");
    }

    @Test
    void theSameKeyAndBodyGiveTheSameCompletionOnce() throws IOException {
        Answer first = completeOnce(HELLO);
        Answer second = completeOnce(HELLO);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(bench.work.model.requests()).hasSize(1);
        Answer other = completeOnce(STREAMED);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
    }

    @Test
    void aStreamIsRepeatedFromWhatIsStored() throws IOException {
        bench.work.model.plays(Script.streams(
                        new StreamEvent.ReasoningDelta("Hm."),
                        new StreamEvent.TextDelta("I as"),
                        new StreamEvent.TextDelta("k."),
                        new StreamEvent.ToolCallStarted(0, "call_a", "weather"),
                        new StreamEvent.ToolCallDelta(0, "{\"a\":"),
                        new StreamEvent.ToolCallDelta(0, "1}"))
                .ending(FinishReason.TOOL_CALLS));
        String request = body("\"stream\":true,\"stream_options\":{\"include_usage\":true}," + YOURS);
        Answer first = completeOnce(request);
        Answer second = completeOnce(request);
        assertThat(finishOf(second)).isEqualTo("tool_calls");
        for (String field : List.of("content", "reasoning_content")) {
            assertThat(joined(second, field)).isEqualTo(joined(first, field)).isNotEmpty();
        }
        assertThat(second.body()).contains("\"id\":\"call_a\"", "{\\\"a\\\":1}");
        assertThat(second.events().getLast()).isEqualTo(first.events().getLast());
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    void aFailureIsRepeatedToo() throws IOException {
        bench.work.model.plays(Script.fails(Kind.UNAVAILABLE), Script.says("Too late."));
        assertThat(completeOnce(STREAMED).status()).isEqualTo(502);
        Answer again = completeOnce(STREAMED);
        assertThat(again.status()).isEqualTo(502);
        assertThat(again.header("x-should-retry")).isEqualTo("false");
    }

    @Test
    @DisplayName("Row 15: a run that the storage fails under is not made again, and its answer can be read by its key")
    void aRunWhoseStorageFailsIsReadByItsKey() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        bench.meanwhile = bench.work.clock::advance;
        Answer failed = completeOnce(HELLO);
        assertThat(failed.status()).isEqualTo(504);
        assertThat(failed.code()).isEqualTo("handed_over");
        assertThat(failed.header("x-should-retry")).isEqualTo("true");
        bench.meanwhile = time -> {
            bench.work.clock.advance(time);
            var _ = bench.work.sweep();
            bench.work.work();
        };
        Answer late = completeOnce(HELLO);
        assertThat(late.status()).isEqualTo(200);
        assertThat(message(late).path("content").asString()).isEqualTo("Hello.");
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    @Test
    @DisplayName("Row 4: a stream under the key of one that is still served waits for its answer")
    void aRepeatedStreamWaitsForTheFirst() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        assertThat(completeOnce(METERED).hasEnded()).isFalse();
        bench.meanwhile = bench.work.clock::advance;
        Answer early = completeOnce(METERED);
        assertThat(early.status()).isEqualTo(504);
        assertThat(early.code()).isEqualTo("handed_over");
        assertThat(early.header("x-should-retry")).isEqualTo("true");
        bench.meanwhile = _ -> bench.work.recover();
        Answer late = completeOnce(METERED);
        assertThat(finishOf(late)).isEqualTo("stop");
        assertThat(joined(late, "content")).isEqualTo("Hello.");
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    @Test
    void aRepeatedRequestForWhatIsDeletedMeanwhileFindsNothing() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        completeOnce(STREAMED);
        bench.meanwhile =
                _ -> bench.work.store.delete(bench.work.only().key().conversation(), bench.work.clock.instant());
        assertThat(completeOnce(STREAMED).status()).isEqualTo(404);
    }

    @Test
    @DisplayName("Row 37: a run that the storage fails under is waited for until another has ended it")
    void aRunThatGoesOnElsewhereIsWaitedFor() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        bench.meanwhile = _ -> bench.work.recover();
        Answer answer = bench.complete(HELLO);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(message(answer).path("content").asString()).isEqualTo("Hello.");
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    @Test
    void withoutAKeyAnUnfinishedRunMustNotMakeClientsCreateAnother() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        bench.meanwhile = bench.work.clock::advance;
        Answer failed = bench.complete(HELLO);
        assertThat(failed.status()).isEqualTo(504);
        assertThat(failed.header("x-should-retry")).isEqualTo("false");
    }

    @Test
    void anAnswerThatCantBeReadMustNotMakeClientsCreateAnother() throws IOException {
        bench.work.calls.hitNext("range", Fault.REFUSED);
        Answer failed = bench.complete(HELLO);
        assertThat(failed.status()).isEqualTo(504);
        assertThat(failed.header("x-should-retry")).isEqualTo("false");
        assertThat(bench.work.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void whatWasShownOfAnUnfinishedRunEndsWithAnError() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        Answer failed = bench.complete(STREAMED);
        assertThat(failed.status()).isEqualTo(200);
        assertThat(joined(failed, "content")).isEqualTo("Hello.");
        assertThat(failed.events().getLast().at("/error/code").asString()).isEqualTo("handed_over");
        assertThat(failed.hasEnded()).isFalse();
    }

    @Test
    void whatIsNotToBeStoredIsKeptOnlyAsLongAsTheRunNeedsIt() throws IOException {
        Answer answer = bench.complete(HELLO);
        String id = answer.json().path("id").asString();
        assertThat(bench.get("/v1/chat/completions/" + id).status()).isEqualTo(404);
        assertThat(bench.get("/v1/responses/" + id.replace("chatcmpl-", "resp_"))
                        .status())
                .isEqualTo(404);
        Run run = bench.work.only();
        assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
        bench.work.clock.advance(Duration.ofHours(26));
        assertThat(bench.work.store.find(run.key())).isEmpty();
        assertThat(bench.work.store.ledger(run.key())).hasSize(1);
    }

    @Test
    void whatIsStoredCanBeReadAndDeleted() throws IOException {
        Answer answer = bench.complete(body("\"store\":true,\"metadata\":{\"a\":\"b\"}"));
        assertThat(answer.json().at("/metadata/a").asString()).isEqualTo("b");
        String path = "/v1/chat/completions/" + answer.json().path("id").asString();
        assertThat(bench.get(path).body()).isEqualTo(answer.body());
        Map<String, String> other = Map.of("authorization", bench.keyOf("tenant-2"));
        assertThat(bench.send("GET", path, other, "").status()).isEqualTo(404);
        assertThat(bench.send("DELETE", path, other, "").status()).isEqualTo(404);

        Answer deleted = bench.send("DELETE", path, Map.of(), "");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().path("object").asString()).isEqualTo("chat.completion.deleted");
        assertThat(deleted.json().path("deleted").booleanValue()).isTrue();
        assertThat(bench.get(path).status()).isEqualTo(404);
        assertThat(bench.send("DELETE", path, Map.of(), "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @DisplayName("Row 7: an id that names nothing here is not found, whatever it looks like")
    @ValueSource(
            strings = {"x", "chatcmpl-", "chatcmpl-abc", "resp_0000000000000000000000000000000000000000000000000000"})
    void anIdOfAnotherFormIsNotFound(String id) throws IOException {
        Answer answer = bench.get("/v1/chat/completions/" + id);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.message()).isEqualTo("Chat completion with id '" + id + "' not found.");
    }

    @ParameterizedTest
    @DisplayName("Row 1: a body that is not JSON makes no run and no call of the model")
    @ValueSource(strings = {"", "{", "hello", "[]", "null", "{\"model\":\"gpt-4o\",\"messages\":[null]}"})
    void aBadRequestMakesNothing(String body) throws IOException {
        assertThat(bench.complete(body).status()).isEqualTo(400);
        assertThat(bench.work.store.runs()).isEmpty();
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @Test
    void aKeyIsAskedForBeforeTheBodyIsLookedAt() throws IOException {
        Answer answer = bench.send("POST", "/v1/chat/completions", Map.of("authorization", "Bearer tp_wrong"), "{");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_api_key");
    }
}
