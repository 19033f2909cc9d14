package dev.turnpike.model;

import static dev.turnpike.model.ScriptedProvider.LAST_CHUNK;
import static dev.turnpike.model.ScriptedProvider.OPEN_HEAD;
import static dev.turnpike.model.ScriptedProvider.STREAM_HEAD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ScriptedProvider.Script;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against a provider on a real socket. Its token counter counts one for every character.
@Timeout(60)
final class ChatCompletionsClientTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String KEY = "sk-secret-0815";
    private static final String STOP = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";
    private static final Script WHOLE_ANSWER = wire ->
            wire.send(STREAM_HEAD).text("Low tide").event(STOP).event("[DONE]").send(LAST_CHUNK);
    private static final ModelRequest REQUEST = new ModelRequest(
            "harbour-2",
            null,
            List.of(Item.Message.text("msg_1", Role.USER, "When?")),
            List.of(),
            ToolChoice.AUTO,
            true,
            10,
            Map.of());
    /// 5 for the question, 4 for what is around it, 3 before the answer.
    private static final long REQUEST_TOKENS = 12;

    private final List<StreamEvent> events = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void anAnswerIsStreamedAndReturned() throws Exception {
        ScriptedProvider provider = provider(WHOLE_ANSWER);

        ModelAnswer answer = call(client(provider));

        assertThat(answer.text()).isEqualTo("Low tide");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(events).containsExactly(new StreamEvent.TextDelta("Low tide"));
        assertThat(provider.request())
                .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
                .contains("Authorization: Bearer " + KEY + "\r\n")
                .doesNotContainIgnoringCase("upgrade")
                .contains("\"model\":\"harbour-2\"");
    }

    @Test
    void anEventIsEmittedBeforeTheNextOneArrives() throws Exception {
        var shown = new CountDownLatch(1);
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD).text("Low");
            await(shown);
            wire.text(" tide").event(STOP).event("[DONE]").send(LAST_CHUNK);
        });

        ModelAnswer answer = client(provider).stream(REQUEST, in(LONG), _ -> shown.countDown());

        assertThat(answer.text()).isEqualTo("Low tide");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "Text/Event-Stream; Charset=UTF-8", "application/json", "text/plain"})
    void theContentTypeOfAStreamDoesNotMatter(String type) throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send("HTTP/1.1 200 OK\r\ncontent-TYPE: " + type + "\r\n\r\n");
            wire.send("data: {\"choices\":[{\"delta\":{\"content\":\"Low tide\"}}]}\n\ndata: [DONE]\n\n")
                    .hangUp();
        });

        assertThat(call(client(provider)).text()).isEqualTo("Low tide");
    }

    @Test
    void aJsonBodyIsAnAnswerToo() throws Exception {
        String body = "{\"choices\":[{\"message\":{\"content\":\"Low tide\"},\"finish_reason\":\"length\"}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}";
        ScriptedProvider provider = provider(wire -> wire.send("HTTP/1.1 200 OK\r\nContent-Type: Application/JSON\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body));

        ModelAnswer answer = call(client(provider));

        assertThat(answer.text()).isEqualTo("Low tide");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.usage()).isEqualTo(Usage.reported(3, 0, 2, 0));
    }

    @Test
    void largeEventsAndBurstsArriveWhole() throws Exception {
        String large = "tide ".repeat(40_000);
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD).text(large);
            for (int i = 0; i < 400; i++) {
                wire.text("." + i);
            }
            wire.event(STOP).event("[DONE]").send(LAST_CHUNK);
        });

        ModelAnswer answer = client(provider).stream(withMaxTokens(100_000), in(LONG), this::note);

        assertThat(answer.text()).startsWith(large).endsWith(".398.399");
        assertThat(events).hasSize(401);
    }

    @Test
    @DisplayName("Row 25: absent usage is estimated and marked")
    void row25AbsentUsageIsEstimatedAndMarked() throws Exception {
        ModelAnswer answer = call(client(provider(WHOLE_ANSWER)));

        assertThat(answer.usage()).isEqualTo(Usage.estimated(REQUEST_TOKENS, "Low tide".length()));
    }

    @Test
    @DisplayName("Row 19: a stream that is closed before its end fails, and what it used is estimated")
    void row19AClosedStreamFails() throws Exception {
        ModelException failure = failure(client(provider(wire -> {
            wire.send(OPEN_HEAD + "data: {\"choices\":[{\"delta\":{\"content\":\"Low\"}}]}\n\n")
                    .hangUp();
        })));

        assertThat(failure.kind()).isEqualTo(Kind.CONNECTION);
        assertThat(failure.usage()).isEqualTo(Usage.estimated(REQUEST_TOKENS, 3));
        assertThat(events).containsExactly(new StreamEvent.TextDelta("Low"));
    }

    @Test
    @DisplayName("Row 19: a chunked stream that is closed or reset before its end fails")
    void row19AChunkedStreamThatBreaksFails() throws Exception {
        ModelException closed = failure(
                client(provider(wire -> wire.send(STREAM_HEAD).text("Low").hangUp())));
        ModelException reset = failure(client(provider(wire -> {
            wire.send(STREAM_HEAD).text("Low");
            wire.reset();
        })));

        assertThat(closed.kind()).isEqualTo(Kind.CONNECTION);
        assertThat(reset.kind()).isEqualTo(Kind.CONNECTION);
    }

    @Test
    @DisplayName("Row 20: silence instead of headers is a timeout")
    void row20SilenceInsteadOfHeadersIsATimeout() throws Exception {
        ScriptedProvider provider = provider(ScriptedProvider.Wire::stall);

        ModelException failure = failure(client(provider, SHORT, LONG));

        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        // The provider may have been at work on it.
        assertThat(failure.usage().estimated()).isTrue();
        assertThat(failure.usage().inputTokens()).isPositive();
        assertThat(failure.usage().outputTokens()).isZero();
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @Test
    @DisplayName("Row 20: silence after the headers is a timeout")
    void row20SilenceAfterTheHeadersIsATimeout() throws Exception {
        ScriptedProvider provider = provider(wire -> wire.send(STREAM_HEAD).stall());

        ModelException failure = failure(client(provider, SHORT, LONG));

        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @Test
    @DisplayName("Row 20: silence after the first words is a timeout")
    void row20SilenceAfterTheFirstWordsIsATimeout() throws Exception {
        ScriptedProvider provider =
                provider(wire -> wire.send(STREAM_HEAD).text("Low").stall());

        ModelException failure = failure(client(provider, LONG, SHORT));

        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(failure.kind().code()).isEqualTo("upstream_timeout");
        assertThat(failure.usage()).isEqualTo(Usage.estimated(REQUEST_TOKENS, 3));
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @ParameterizedTest
    @DisplayName("Row 20: one byte at a time, or comments only, end at the deadline")
    @ValueSource(strings = {" ", "x", ": beat\n\n"})
    void row20ATrickleEndsAtTheDeadline(String drop) throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send(OPEN_HEAD);
            while (!wire.callerIsGoneWithin(Duration.ofMillis(30))) {
                wire.send(drop);
            }
        });

        ModelException failure = catchThrowableOfType(
                ModelException.class, () -> client(provider).stream(REQUEST, in(SHORT.multipliedBy(2)), this::note));

        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @Test
    void theWaitForTheFirstByteMayBeLongerThanALaterSilence() throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD);
            assertThat(wire.callerIsGoneWithin(SHORT.multipliedBy(2))).isFalse();
            wire.text("Low tide").event(STOP).event("[DONE]").send(LAST_CHUNK);
        });

        assertThat(call(client(provider, LONG, SHORT)).text()).isEqualTo("Low tide");
    }

    @Test
    void whatFollowsTheEndMarkIsNotWaitedFor() throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD).text("Low tide").event("[DONE]");
            while (!wire.callerIsGoneWithin(Duration.ofMillis(30))) {
                wire.text("more");
            }
        });

        assertThat(call(client(provider)).text()).isEqualTo("Low tide");
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @Test
    void aSlowConsumerIsNotTheProvidersSilence() throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD)
                    .text("Low")
                    .text(" tide")
                    .event(STOP)
                    .event("[DONE]")
                    .send(LAST_CHUNK);
        });

        ModelAnswer answer = client(provider, LONG, SHORT).stream(REQUEST, in(LONG), _ -> busyFor(SHORT));

        assertThat(answer.text()).isEqualTo("Low tide");
    }

    @Test
    @DisplayName("Row 21: never-ending output is cut and its connection closed")
    void row21NeverEndingOutputIsCut() throws Exception {
        ScriptedProvider provider = provider(wire -> {
            wire.send(STREAM_HEAD);
            while (true) {
                wire.text("and so on, ".repeat(100));
            }
        });

        ModelAnswer answer = call(client(provider));

        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.text()).hasSizeBetween(100_000, 110_000);
        assertThat(answer.usage().estimated()).isTrue();
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @ParameterizedTest
    @DisplayName("Row 22 and 23: an error status says what can be done about it")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "400 | {\"error\":{\"message\":\"quux\",\"type\":\"invalid_request_error\"}} | REFUSED",
                "400 | {\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"quux\"}} | CONTEXT_TOO_LONG",
                "400 | {\"object\":\"error\",\"message\":\"maximum context length is 8192 quux\"} | CONTEXT_TOO_LONG",
                "400 | [{\"error\":{\"code\":400,\"message\":\"API key not valid. quux\"}}] | AUTHENTICATION",
                "400 | {\"error\":{\"code\":\"model_not_found\",\"message\":\"quux\"}} | MODEL_NOT_FOUND",
                "401 | {\"error\":{\"message\":\"Incorrect API key provided: quux\"}} | AUTHENTICATION",
                "402 | {\"error\":{\"message\":\"Insufficient Balance\"}} | REFUSED",
                "403 | quux | AUTHENTICATION",
                "404 | {\"error\":{\"message\":\"The model `quux` does not exist\"}} | MODEL_NOT_FOUND",
                "408 | quux | UNAVAILABLE",
                "413 | {\"error\":{\"message\":\"quux\"}} | CONTEXT_TOO_LONG",
                "422 | quux | REFUSED",
                "429 | {\"error\":{\"message\":\"quux\"}} | RATE_LIMITED",
                "429 | {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"quux\"}} | REFUSED",
                "307 | quux | REFUSED",
                "500 | quux | UNAVAILABLE",
                "502 | <html><body><h1>quux</h1></body></html> | UNAVAILABLE",
                "503 | {\"error\":\"model_not_found quux\"} | UNAVAILABLE",
                "529 | {\"error\":{\"type\":\"overloaded_error\"}} | UNAVAILABLE"
            })
    void row23AnErrorStatusSaysWhatCanBeDone(int status, String body, Kind kind) throws Exception {
        ScriptedProvider provider = provider(wire -> wire.send("HTTP/1.1 " + status + " Odd\r\nLocation: /quux\r\n"
                + "Content-Length: " + body.length() + "\r\nRetry-After: 7\r\n\r\n" + body));

        ModelException failure = failure(client(provider));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.usage()).isEqualTo(Usage.NONE);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(failure).hasMessageContaining("HTTP " + status).hasMessageNotContainingAny("quux", KEY);
    }

    @Test
    void aRefusedKeySaysHowToRotateItAndAMissingOneHowToSetIt() throws Exception {
        ScriptedProvider provider =
                provider(wire -> wire.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));

        assertThat(failure(client(provider))).hasMessageContainingAll("refused our key", "AWS Secrets Manager");
        assertThat(failure(client(provider, () -> " "))).hasMessageContainingAll("none is set", "AWS Secrets Manager");
        assertThat(provider.request()).doesNotContainIgnoringCase("authorization");
    }

    @Test
    void anErrorWhoseBodyNeverComesKeepsItsStatus() throws Exception {
        ScriptedProvider provider =
                provider(wire -> wire.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 99\r\n\r\n")
                        .stall());

        assertThat(failure(client(provider, SHORT, LONG)).kind()).isEqualTo(Kind.AUTHENTICATION);
    }

    @Test
    void theKeyIsReadForEveryCall() throws Exception {
        var calls = new AtomicInteger();
        ScriptedProvider provider = provider(WHOLE_ANSWER);
        ModelClient client = client(provider, () -> "key-" + calls.incrementAndGet() + "\n");

        call(client);
        assertThat(provider.request()).contains("Authorization: Bearer key-1\r\n");
        call(client);
        assertThat(provider.request()).contains("Authorization: Bearer key-2\r\n");
    }

    @Test
    @DisplayName("Row 45: a key that can't be read or sent is an upstream_auth, and the provider is not asked")
    void aKeyThatCannotBeReadOrSentIsRefusedWithoutBeingShown() throws Exception {
        ScriptedProvider provider = provider(WHOLE_ANSWER);

        ModelException unreadable = failure(client(provider, () -> {
            throw new IllegalStateException("no permission");
        }));
        ModelException unsendable = failure(client(provider, () -> KEY + "\r\nX-Evil: 1"));

        assertThat(unreadable.kind()).isEqualTo(Kind.AUTHENTICATION);
        assertThat(Kind.AUTHENTICATION.code()).isEqualTo("upstream_auth");
        assertThat(unsendable.kind()).isEqualTo(Kind.AUTHENTICATION);
        assertThat(unsendable).hasMessageNotContaining(KEY).hasNoCause();
        assertThat(provider.connectionCount()).isZero();
    }

    @Test
    void aProviderThatIsNotThereIsAConnectionFailure() throws Exception {
        ScriptedProvider provider = provider(WHOLE_ANSWER);
        provider.close();

        ModelException failure = failure(client(provider));

        assertThat(failure.kind()).isEqualTo(Kind.CONNECTION);
        assertThat(failure.usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void withoutTimeLeftNothingIsSent() throws Exception {
        ScriptedProvider provider = provider(WHOLE_ANSWER);

        assertThatThrownBy(() -> client(provider).stream(REQUEST, in(Duration.ZERO), this::note))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
        assertThat(provider.connectionCount()).isZero();
    }

    @Test
    void anInterruptEndsTheCall() throws Exception {
        ChatCompletionsClient client = client(provider(ScriptedProvider.Wire::stall));

        Thread.currentThread().interrupt();
        ModelException failure = failure(client);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.kind()).isEqualTo(Kind.CONNECTION);
    }

    @Test
    void whatTheConsumerThrowsReachesTheCallerAndEndsTheConnection() throws Exception {
        ScriptedProvider provider =
                provider(wire -> wire.send(STREAM_HEAD).text("Low").stall());
        Consumer<StreamEvent> failing = _ -> {
            throw new IllegalStateException("the reader has gone");
        };

        assertThatThrownBy(() -> client(provider).stream(REQUEST, in(LONG), failing))
                .isInstanceOf(IllegalStateException.class);
        assertThat(provider.isHungUpOn()).isTrue();
    }

    @Test
    void oneConnectionServesSeveralCallsAndAResetOpensAnother() throws Exception {
        ScriptedProvider provider = provider(WHOLE_ANSWER);
        ChatCompletionsClient client = client(provider);

        call(client);
        call(client);
        assertThat(provider.connectionCount()).isEqualTo(1);

        client.reset();
        assertThat(call(client).text()).isEqualTo("Low tide");
        assertThat(provider.connectionCount()).isEqualTo(2);
    }

    @Test
    void aWatchdogLivesAsLongAsItsCall() throws Exception {
        var whileCalled = new ArrayList<Boolean>();

        client(provider(WHOLE_ANSWER)).stream(REQUEST, in(LONG), event -> {
            if (event instanceof StreamEvent.TextDelta) {
                whileCalled.add(watchdogIsAlive());
            }
        });
        failure(client(provider(wire -> wire.send(STREAM_HEAD).stall()), SHORT, LONG));

        assertThat(whileCalled).containsExactly(true);
        while (watchdogIsAlive()) {
            Thread.onSpinWait();
        }
    }

    private ScriptedProvider provider(Script script) throws IOException {
        var provider = new ScriptedProvider(script);
        opened.add(provider);
        return provider;
    }

    private ChatCompletionsClient client(ScriptedProvider provider) {
        return client(provider.baseUri(), () -> KEY, LONG, LONG);
    }

    private ChatCompletionsClient client(ScriptedProvider provider, ProviderKey key) {
        return client(provider.baseUri(), key, LONG, LONG);
    }

    private ChatCompletionsClient client(ScriptedProvider provider, Duration firstByte, Duration idle) {
        return client(provider.baseUri(), () -> KEY, firstByte, idle);
    }

    private ChatCompletionsClient client(URI baseUri, ProviderKey key, Duration firstByte, Duration idle) {
        var settings = new ModelSettings("openai", baseUri, key, true, LONG, firstByte, idle, Dialect.of(baseUri));
        var client = new ChatCompletionsClient(settings, String::length, InstantSource.system());
        opened.add(client::reset);
        return client;
    }

    private ModelAnswer call(ModelClient client) throws ModelException {
        return client.stream(REQUEST, in(LONG), this::note);
    }

    private ModelException failure(ModelClient client) {
        return catchThrowableOfType(ModelException.class, () -> call(client));
    }

    private static ModelRequest withMaxTokens(int tokens) {
        return new ModelRequest(
                REQUEST.model(), null, REQUEST.items(), List.of(), ToolChoice.AUTO, true, tokens, Map.of());
    }

    private static Deadline in(Duration duration) {
        return Deadline.in(duration, InstantSource.system());
    }

    private boolean watchdogIsAlive() {
        try {
            Path dump = folder.resolve(UUID.randomUUID() + ".txt");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            return Files.readString(dump, UTF_8).contains("answer-watchdog");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Twice as long as a silence may be.
    private static void busyFor(Duration silence) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < 2 * silence.toNanos()) {
            Thread.onSpinWait();
        }
    }

    /// Signs of life come as often as the network likes.
    private void note(StreamEvent event) {
        if (!(event instanceof StreamEvent.Alive)) {
            events.add(event);
        }
    }
}
