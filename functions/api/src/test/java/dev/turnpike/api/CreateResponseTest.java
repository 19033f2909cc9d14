package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateResponseTest {
    private static final String HELLO = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}";
    private static final String STREAMED = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"stream\":true}";
    private static final String FOLLOWED =
            "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"stream\":true,\"background\":true}";
    private static final String QUEUED = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"background\":true}";

    private final CountedTool look = CountedTool.readOnly("look");
    private final Bench bench = new Bench(look);

    @Test
    void aResponseIsAnsweredAndCanBeReadAgain() throws IOException {
        Answer answer = bench.create(HELLO);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("x-request-id")).isEqualTo("request-1");
        assertThat(answer.json().path("status").asString()).isEqualTo("completed");
        assertThat(answer.json().at("/output/0/content/0/text").asString()).isEqualTo("Hello.");
        Answer again = bench.get("/v1/responses/" + answer.json().path("id").asString());
        assertThat(again.body()).isEqualTo(answer.body());
    }

    @Test
    void aStreamEndsWithTheResponseThatCanBeReadAgain() throws IOException {
        bench.work.model.plays(Script.calls("look"), Script.says("Do", "ne."));
        Answer answer = bench.create(STREAMED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(answer.hasEnded()).isTrue();
        assertThat(answer.eventTypes())
                .startsWith("response.created", "response.in_progress")
                .contains("response.mcp_call.completed")
                .endsWith("response.completed");
        var last = answer.events().getLast().path("response");
        assertThat(bench.get("/v1/responses/" + last.path("id").asString()).json())
                .isEqualTo(last);
    }

    @Test
    @DisplayName("Row 29: what a tool threw is logged with where it was thrown, and without what it says")
    void whatAToolThrewIsLogged() throws IOException {
        look.doing(_ -> {
            throw new IllegalStateException("secret");
        });
        bench.work.model.plays(Script.calls("look"), Script.says("Done."));

        Answer answer = bench.create(HELLO);

        assertThat(bench.context.logged)
                .filteredOn(line -> line.contains("IllegalStateException"))
                .singleElement()
                .asString()
                .startsWith("run " + bench.work.only().key().run() + ": tool look broke: java.lang.")
                .contains("CreateResponseTest")
                .doesNotContain("secret");
        assertThat(answer.body()).doesNotContain("secret");
    }

    @Test
    void aBackgroundResponseIsLeftToTheQueue() throws IOException {
        Answer answer = bench.create(QUEUED);
        assertThat(answer.json().path("status").asString()).isEqualTo("queued");
        assertThat(answer.json().path("output")).isEmpty();
        assertThat(bench.work.queue.sent()).hasSize(1);
        bench.work.work();
        assertThat(bench.get("/v1/responses/" + answer.json().path("id").asString())
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("completed");
    }

    @ParameterizedTest
    @DisplayName("Row 1: a body that is not JSON makes no run and no call of the model")
    @ValueSource(strings = {"", " ", "{", "{\"model\":\"gpt-4o\",\"input\":\"x\"", "hello", "{} {}", "\uFEFF{}"})
    void aBodyThatIsNotJsonMakesNothing(String body) throws IOException {
        Answer answer = bench.create(body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_json");
        assertNothingHappened();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "5", "\"hi\"", "{}", "{\"model\":\"gpt-4o\",\"input\":[null]}"})
    void aBadRequestMakesNothing(String body) throws IOException {
        assertThat(bench.create(body).status()).isEqualTo(400);
        assertNothingHappened();
    }

    private void assertNothingHappened() {
        assertThat(bench.work.store.runs()).isEmpty();
        assertThat(bench.work.model.requests()).isEmpty();
        assertThat(bench.work.queue.sent()).isEmpty();
    }

    @Test
    void theSameKeyAndBodyGiveTheSameResponseOnce() throws IOException {
        Map<String, String> key = Map.of("idempotency-key", "once");
        Answer first = bench.send("POST", "/v1/responses", key, HELLO);
        Answer second = bench.send("POST", "/v1/responses", key, HELLO);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 5: the same key with another body is refused")
    void theSameKeyWithAnotherBodyIsRefused() throws IOException {
        Map<String, String> key = Map.of("idempotency-key", "once");
        bench.send("POST", "/v1/responses", key, HELLO);
        Answer other = bench.send("POST", "/v1/responses", key, STREAMED);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
        assertThat(other.header("x-should-retry")).isEqualTo("false");
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    void aKeyOfAnotherTenantIsAnotherKey() throws IOException {
        bench.send("POST", "/v1/responses", Map.of("idempotency-key", "once"), HELLO);
        String other = bench.keyOf("tenant-2");
        Answer answer = bench.send(
                "POST", "/v1/responses", Map.of("idempotency-key", "once", "authorization", other), STREAMED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(bench.work.model.requests()).hasSize(2);
    }

    @Test
    void aStreamIsRepeatedFromWhatIsStored() throws IOException {
        Map<String, String> key = Map.of("idempotency-key", "once");
        bench.work.model.plays(Script.calls("look"), Script.says("Done."));
        Answer first = bench.send("POST", "/v1/responses", key, STREAMED);
        Answer second = bench.send("POST", "/v1/responses", key, STREAMED);
        assertThat(second.hasEnded()).isTrue();
        assertThat(second.events().getLast().path("response"))
                .isEqualTo(first.events().getLast().path("response"));
        assertThat(look.starts()).hasSize(1);
    }

    @Test
    void aBackgroundStreamIsShownAgainToTheByte() throws IOException {
        Map<String, String> key = Map.of("idempotency-key", "once");
        bench.work.model.plays(Script.fails(Kind.UNAVAILABLE), Script.says("Do", "ne."));
        Answer first = bench.send("POST", "/v1/responses", key, FOLLOWED);
        assertThat(first.eventTypes()).startsWith("response.created", "response.queued", "response.in_progress");
        assertThat(first.hasEnded()).isTrue();
        Answer second = bench.send("POST", "/v1/responses", key, FOLLOWED);
        assertThat(second.body()).isEqualTo(first.body().replace(": keep-alive\n\n", ""));
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    @Test
    void anOverlongIdempotencyKeyIsRefused() throws IOException {
        Answer answer = bench.send("POST", "/v1/responses", Map.of("idempotency-key", "k".repeat(256)), HELLO);
        assertThat(answer.status()).isEqualTo(400);
        assertNothingHappened();
    }

    @Test
    @DisplayName("Row 7: another tenant's response and conversation are answered as if they were not there")
    void anothersThingsAreNotThere() throws IOException {
        String response = bench.create(HELLO).json().path("id").asString();
        String conversation =
                bench.post("/v1/conversations", "").json().path("id").asString();
        Map<String, String> other = Map.of("authorization", bench.keyOf("tenant-2"));
        Answer foreign = bench.send("GET", "/v1/responses/" + response, other, "");
        String unknown = "resp_" + "0".repeat(52);
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.body().replace(response, unknown))
                .isEqualTo(bench.get("/v1/responses/" + unknown).body());
        String body = "{\"model\":\"gpt-4o\",\"input\":\"x\",\"conversation\":\"" + conversation + "\"}";
        Answer there = bench.send("POST", "/v1/responses", other, body);
        assertThat(there.status()).isEqualTo(404);
        assertThat(there.message()).isEqualTo("Conversation with id '" + conversation + "' not found.");
        Answer previous = bench.send(
                "POST",
                "/v1/responses",
                other,
                "{\"model\":\"gpt-4o\",\"input\":\"x\",\"previous_response_id\":\"" + response + "\"}");
        assertThat(previous.status()).isEqualTo(400);
        assertThat(previous.code()).isEqualTo("previous_response_not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "resp_",
                "resp_%2e%2e",
                "resp_00000000000000000000000000%2F0000000000000000000000000",
                "RESP_0000000000000000000000000000000000000000000000000000",
                "..",
                "%00",
                "😀"
            })
    void anIdOfAnotherFormIsNotFound(String id) throws IOException {
        Answer answer = bench.get("/v1/responses/" + id);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.message()).isEqualTo("Response with id '" + id + "' not found.");
        assertThat(bench.work.calls.count("find")).isZero();
    }

    @Test
    void aResponseThatIsNotStoredCantBeRead() throws IOException {
        Answer answer = bench.create("{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"store\":false}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(bench.get("/v1/responses/" + answer.json().path("id").asString())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aProvidersFailureIsAnswered() throws IOException {
        bench.work.model.plays(Script.fails(Kind.RATE_LIMITED));
        Answer answer = bench.create(HELLO);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("rate_limit_exceeded");
        assertThat(answer.header("x-should-retry")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {HELLO, STREAMED})
    @DisplayName("Row 45: a key that the provider refuses fails the request at once, and the log has a line to count")
    void aRefusedKeyFailsAtOnce(String request) throws IOException {
        bench.work.model.plays(Script.fails(Kind.AUTHENTICATION));
        Answer answer = bench.create(request);
        assertThat(answer.body()).contains("\"code\":\"upstream_auth\"");
        if (request.equals(HELLO)) {
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.header("x-should-retry")).isEqualTo("false");
        }
        assertThat(bench.work.model.requests()).hasSize(1);
        assertThat(bench.work.queue.sent()).isEmpty();
        assertThat(bench.context.logged)
                .containsExactly("run " + bench.work.only().key().run() + " failed: upstream_auth");
    }

    @Test
    void aProvidersFailureEndsAStreamWithItsEvent() throws IOException {
        bench.work.model.plays(Script.fails(Kind.AUTHENTICATION));
        Answer answer = bench.create(STREAMED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.eventTypes())
                .containsExactly("response.created", "response.in_progress", "error", "response.failed");
    }

    @Test
    void aRequestThatIsNotLetInMayBeTriedAgain() throws IOException {
        bench.work.calls.hitNext("create", Fault.REFUSED);
        Answer answer = bench.create(HELLO);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("x-should-retry")).isEmpty();
    }

    @Test
    void aRunWhoseStorageFailsIsAnsweredAsItIsAndGoesOnByItself() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        Answer answer = bench.create(HELLO);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("in_progress");
        assertCompletedByItself();
    }

    @Test
    void aFailureAfterTheRunWasCreatedMustNotMakeClientsCreateAnother() throws IOException {
        bench.work.model.plays(
                Script.says("Hi.").meanwhile(() -> {
                    throw new IllegalStateException("unforeseen");
                }),
                Script.says("Hi."));
        Answer answer = bench.create(HELLO);
        Run run = bench.work.store.runs().getFirst();
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        assertThat(answer.message())
                .contains("GET /v1/responses/" + run.key().responseId())
                .doesNotContain("unforeseen");
        assertCompletedByItself();
    }

    private void assertCompletedByItself() {
        bench.work.recover();
        assertThat(bench.work.store.runs())
                .singleElement()
                .satisfies(after -> assertThat(after.status()).isEqualTo(RunStatus.COMPLETED));
    }

    @Test
    void aStreamThatFailsSaysWhereTheRunCanBeRead() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        Answer answer = bench.create(STREAMED);
        Run run = bench.work.store.runs().getFirst();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.events().getLast().at("/error/message").asString())
                .contains("GET /v1/responses/" + run.key().responseId());
        assertThat(answer.hasEnded()).isFalse();
    }

    @Test
    @DisplayName("Row 40: a background run whose message is lost is answered and goes on by itself")
    void aBackgroundRunWhoseMessageIsLostGoesOnByItself() throws IOException {
        bench.work.calls.hitNext("send", Fault.REFUSED);
        Answer answer = bench.create(QUEUED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("queued");
        assertCompletedByItself();
    }

    @Test
    void aBackgroundStreamEndsWithTheResponseThatCanBeReadAgain() throws IOException {
        Answer answer = bench.create(FOLLOWED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        var last = answer.events().getLast().path("response");
        assertThat(last.path("status").asString()).isEqualTo("completed");
        String path = "/v1/responses/" + last.path("id").asString();
        assertThat(bench.get(path).json()).isEqualTo(last);
        Answer rest = bench.get(path, Map.of("stream", "true", "starting_after", "2"));
        assertThat(answer.body()).endsWith(rest.body());
        assertThat(rest.events().getFirst().path("sequence_number").asInt()).isEqualTo(3);
    }

    @Test
    @DisplayName("Row 40: a background stream whose beginning can't be stored is begun by whoever takes the run")
    void aStreamWithoutABeginningIsBegunLater() throws IOException {
        bench.work.calls.hitNext("append", Fault.REFUSED);
        Answer answer = bench.create(FOLLOWED);
        assertThat(answer.eventTypes()).startsWith("response.created", "response.in_progress");
        assertThat(answer.hasEnded()).isTrue();
    }

    @Test
    void aStreamStopsWithoutAnEndWhenItCantBeRead() throws IOException {
        bench.work.calls.hit("from", 2, Fault.REFUSED);
        Answer answer = bench.create(FOLLOWED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.eventTypes()).containsExactly("response.created", "response.queued");
        assertThat(answer.hasEnded()).isFalse();
        bench.work.work();
        String id = bench.work.store.runs().getFirst().key().responseId();
        Answer rest = bench.get("/v1/responses/" + id, Map.of("stream", "true", "starting_after", "1"));
        assertThat(rest.eventTypes()).startsWith("response.in_progress").endsWith("response.completed");
    }

    @ParameterizedTest
    @ValueSource(strings = {HELLO, STREAMED, QUEUED})
    void onlyBackgroundStreamsAreKept(String request) throws IOException {
        bench.create(request);
        String id = bench.work.store.runs().getFirst().key().responseId();
        Answer answer = bench.get("/v1/responses/" + id, Map.of("stream", "true"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("unsupported_parameter");
        assertThat(answer.message()).contains("'background' and 'stream'");
    }

    @Test
    void aStreamIsKeptForSomeDays() throws IOException {
        String id = bench.create(FOLLOWED).events().getLast().at("/response/id").asString();
        bench.work.clock.advance(Duration.ofDays(4));
        Answer answer = bench.get("/v1/responses/" + id, Map.of("stream", "true"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.message()).contains("not kept any more");
        assertThat(bench.get("/v1/responses/" + id).status()).isEqualTo(200);
    }

    @Test
    void aStreamOfAResponseThatIsNotStoredIsShownOnce() throws IOException {
        Answer answer = bench.create(
                "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"stream\":true,\"background\":true,\"store\":false}");
        assertThat(answer.hasEnded()).isTrue();
        String id = answer.events().getLast().at("/response/id").asString();
        assertThat(bench.get("/v1/responses/" + id, Map.of("stream", "true")).status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.5", "99999999999999999999", "٣"})
    void aBadPlaceToGoOnFromIsRefusedBeforeAnythingIsLookedFor(String after) throws IOException {
        Answer answer = bench.get("/v1/responses/resp_unknown", Map.of("stream", "true", "starting_after", after));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo("starting_after");
        assertThat(bench.get("/v1/responses/resp_unknown", Map.of("stream", "true"))
                        .status())
                .isEqualTo(404);
    }
}
