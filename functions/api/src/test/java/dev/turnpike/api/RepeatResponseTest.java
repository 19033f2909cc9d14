package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that come again under the `Idempotency-Key` of one that is still served.
@Timeout(30)
class RepeatResponseTest {
    private static final String HELLO = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}";
    private static final String STREAMED = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"stream\":true}";
    private static final String QUEUED = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"background\":true}";
    private static final Map<String, String> KEY = Map.of("idempotency-key", "once");

    private final Bench bench = new Bench();

    private Answer send(String body) throws IOException {
        return bench.send("POST", "/v1/responses", KEY, body);
    }

    @Test
    @DisplayName("Row 4: of fifty requests under one key at once, one asks the model, and all are answered alike")
    void fiftyRequestsAtOnceAreAnsweredAlike() throws Exception {
        assertThat(fiftyAtOnce(HELLO))
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200))
                .extracting(Answer::body)
                .containsOnly(
                        bench.get("/v1/responses/" + only().key().responseId()).body());
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 4: of fifty streams under one key at once, one asks the model, and all end alike")
    void fiftyStreamsAtOnceEndAlike() throws Exception {
        List<Answer> answers = fiftyAtOnce(STREAMED);
        assertThat(answers).allMatch(Answer::hasEnded);
        assertThat(answers)
                .extracting(answer -> answer.events().getLast().path("response"))
                .containsOnly(
                        bench.get("/v1/responses/" + only().key().responseId()).json());
        assertThat(answers)
                .extracting(Answer::eventTypes)
                .allSatisfy(types -> assertThat(types)
                        .startsWith("response.created", "response.in_progress", "response.output_item.added")
                        .endsWith("response.output_item.done", "response.completed"));
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 4: fifty requests under one key that fail are told the same error")
    void fiftyRequestsAreToldTheSameError() throws Exception {
        bench.work.model.plays(Script.fails(Kind.REFUSED));
        assertThat(fiftyAtOnce(HELLO))
                .allSatisfy(answer -> assertThat(answer.code()).isEqualTo("upstream_rejected"))
                .extracting(Answer::body)
                .hasSize(50)
                .containsOnly(send(HELLO).body());
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    /// None is answered before all others have found that they must wait.
    private List<Answer> fiftyAtOnce(String body) throws InterruptedException, ExecutionException {
        var others = new CountDownLatch(49);
        bench.work.model.improvises(_ -> Script.says("Hello.").meanwhile(() -> await(others)));
        bench.meanwhile = _ -> {
            others.countDown();
            awaitCommit();
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> sent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sent.add(threads.submit(() -> send(body)));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : sent) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException end) {
            throw new IllegalStateException(end);
        }
    }

    private void awaitCommit() {
        try {
            bench.work.calls.awaitDone("commit", 1);
        } catch (InterruptedException end) {
            throw new IllegalStateException(end);
        }
    }

    private Run only() {
        return bench.work.only();
    }

    @ParameterizedTest
    @ValueSource(strings = {HELLO, STREAMED})
    void aRepeatedRequestGetsTheAnswerThoughTheFirstWasAbandoned(String body) throws IOException {
        abandoned(body);
        bench.meanwhile = time -> {
            bench.work.clock.advance(time);
            var _ = bench.work.sweep();
            bench.work.work();
        };
        assertThat(send(body).body()).contains("\"status\":\"completed\"", "Hello.");
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    /// The storage fails under the first request, which leaves its run to the reaper.
    private void abandoned(String body) throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);
        send(body);
    }

    @Test
    void aRepeatedRequestWhoseTimeIsUpIsAnsweredWithTheRunAsItIs() throws IOException {
        abandoned(HELLO);
        bench.meanwhile = bench.work.clock::advance;
        Answer answer = send(HELLO);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("in_progress");
    }

    @Test
    void aRepeatedStreamWhoseTimeIsUpSaysWhereTheRunCanBeRead() throws IOException {
        abandoned(STREAMED);
        bench.meanwhile = bench.work.clock::advance;
        Answer answer = send(STREAMED);
        assertThat(answer.eventTypes()).containsExactly("response.created", "response.in_progress", "error");
        assertThat(answer.events().getLast().at("/error/code").asString()).isEqualTo("handed_over");
        assertThat(answer.events().getLast().at("/error/message").asString())
                .contains("GET /v1/responses/" + only().key().responseId());
    }

    @Test
    void aRepeatedRequestForWhatIsDeletedMeanwhileFindsNothing() throws IOException {
        abandoned(HELLO);
        bench.meanwhile = _ -> bench.work.store.delete(only().key().conversation(), bench.work.clock.instant());
        assertThat(send(HELLO).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {HELLO, STREAMED})
    void aRepeatedRequestThatCantLookAfterTheFirstSaysSo(String body) throws IOException {
        abandoned(body);
        bench.meanwhile = _ -> bench.work.calls.hitNext("find", Fault.REFUSED);
        Answer answer = send(body);
        assertThat(answer.body()).contains("\"error\"");
        assertThat(answer.status()).isEqualTo(body.equals(HELLO) ? 503 : 200);
    }

    @Test
    void aRepeatedBackgroundRequestIsAnsweredAtOnceWhateverHasBecomeOfIt() throws IOException {
        bench.work.model.plays(Script.fails(Kind.AUTHENTICATION));
        assertThat(send(QUEUED).json().path("status").asString()).isEqualTo("queued");
        assertThat(send(QUEUED).json().path("status").asString()).isEqualTo("queued");
        bench.work.work();
        assertThat(send(QUEUED).json().path("status").asString()).isEqualTo("failed");
    }
}
