package dev.turnpike.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.cache.AnswerStore.Place;
import dev.turnpike.cache.AnswerStore.Question;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.fake.MemoryAnswerStore;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.ScriptedModel;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ModelRequest.CacheUse;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.responses.WireJson;
import dev.turnpike.schema.AnswerFormat;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerCacheTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final MemoryAnswerStore store = new MemoryAnswerStore();
    private final ScriptedModel model = new ScriptedModel(new PortCalls());
    private final List<StreamEvent> events = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();

    /// What happens while somebody waits.
    private Consumer<Duration> meanwhile = clock::advance;

    private final ModelClient cached = cache().around(model);

    private AnswerCache cache() {
        return new AnswerCache(
                store,
                WireJson.mapper(),
                SILENCE,
                () -> "call-" + calls.incrementAndGet(),
                time -> meanwhile.accept(time));
    }

    // Hit and miss.

    @Test
    void theSameIsAnsweredWithoutTheModelAndCostsNothing() throws ModelException {
        model.plays(Script.says("One, ", "two."));
        ModelAnswer first = ask(request());
        events.clear();

        ModelAnswer second = ask(request());

        assertThat(model.requests()).hasSize(1);
        assertThat(first.served()).isEqualTo(Served.by("gpt-4o-mini"));
        assertThat(second.text()).isEqualTo("One, two.");
        assertThat(second.usage()).isEqualTo(Usage.NONE);
        assertThat(second.served()).isEqualTo(Served.fromCache("gpt-4o-mini"));
        assertThat(events).containsExactly(new StreamEvent.TextDelta("One, two."));
    }

    @Test
    void callsOfToolsAreGivenAgainToo() throws ModelException {
        ModelAnswer whole = new ModelAnswer(
                "Let me look.",
                "",
                "Hm.",
                List.of(new ModelAnswer.ToolCall("call_7", "look", "{\"at\":\"\uD83D\uDE00\"}")),
                FinishReason.TOOL_CALLS,
                Usage.reported(9, 0, 9, 0),
                Served.by("gpt-4o-mini"));
        ModelClient client = cache().around((_, _, _) -> whole);
        client.stream(request(), deadline(), events::add);

        ModelAnswer again = client.stream(request(), deadline(), events::add);

        assertThat(again.toolCalls()).isEqualTo(whole.toolCalls());
        assertThat(again.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(events)
                .containsExactly(
                        new StreamEvent.ReasoningDelta("Hm."),
                        new StreamEvent.TextDelta("Let me look."),
                        new StreamEvent.ToolCallStarted(0, "call_7", "look"),
                        new StreamEvent.ToolCallDelta(0, "{\"at\":\"\uD83D\uDE00\"}"));
    }

    @Test
    void theOrderOfParametersAndTheIdsOfItemsDoNotMatter() throws ModelException {
        ask(request("hello", Map.of("temperature", "0", "seed", "7", "top_p", "1"), "tenant-1"));
        ModelRequest other = request("hello", Map.of("top_p", "1", "seed", "7", "temperature", "0"), "tenant-1");
        ask(with(other, List.of(Item.Message.text("msg_2", Role.USER, "hello"))));

        assertThat(model.requests()).hasSize(1);
    }

    @Test
    void whateverElseDiffersIsAskedAnew() throws ModelException {
        ask(request());
        ask(request("Hello", Map.of("temperature", "0"), "tenant-1"));
        ask(request("hello", Map.of("temperature", "0", "seed", "1"), "tenant-1"));
        ask(request("hello", Map.of("temperature", "0"), "tenant-2"));
        ModelRequest plain = request();
        ask(new ModelRequest(
                "gpt-4o",
                null,
                plain.items(),
                List.of(),
                ToolChoice.AUTO,
                true,
                100,
                plain.parameters(),
                plain.cache()));
        ask(new ModelRequest(
                "gpt-4o-mini",
                "Be brief.",
                plain.items(),
                List.of(),
                ToolChoice.AUTO,
                true,
                100,
                plain.parameters(),
                plain.cache()));
        ask(new ModelRequest(
                "gpt-4o-mini",
                null,
                plain.items(),
                List.of(),
                ToolChoice.AUTO,
                true,
                101,
                plain.parameters(),
                plain.cache()));

        assertThat(model.requests()).hasSize(7);
    }

    @Test
    void whoDoesNotAskForItIsNeitherGivenNorKept() throws ModelException {
        ask(uncached());
        ask(uncached());
        ask(request());
        ask(uncached());

        assertThat(model.requests()).hasSize(4);
    }

    @Test
    void anAnswerIsGoodForItsTime() throws ModelException {
        ask(request());
        clock.advance(HOUR.minusSeconds(1));
        ask(request());
        assertThat(model.requests()).hasSize(1);

        clock.advance(Duration.ofSeconds(1));
        ask(request());
        assertThat(model.requests()).hasSize(2);
    }

    // What is not kept.

    @Test
    void aFailureIsNotKept() throws ModelException {
        model.plays(Script.fails(Kind.UNAVAILABLE), Script.says("Hello."));

        assertThatThrownBy(() -> ask(request())).isInstanceOf(ModelException.class);
        assertThat(ask(request()).text()).isEqualTo("Hello.");
    }

    @ParameterizedTest
    @EnumSource(names = {"LENGTH", "CONTENT_FILTER", "OTHER"})
    void anAnswerThatWasCutIsNotKept(FinishReason reason) throws ModelException {
        model.plays(Script.says("Hel").ending(reason));
        ask(request());
        ask(request());

        assertThat(model.requests()).hasSize(2);
    }

    @Test
    void anAnswerOfTheWrongFormIsNotKept() throws ModelException {
        AnswerFormat format = new AnswerFormat("{\"type\":\"object\"}", true);
        model.plays(Script.says("not JSON"), Script.says("{}"));

        ask(with(request(), format));
        assertThat(ask(with(request(), format)).text()).isEqualTo("{}");
        assertThat(ask(with(request(), format)).text()).isEqualTo("{}");

        assertThat(model.requests()).hasSize(2);
    }

    @Test
    void theAnswerOfAnotherModelIsNotKeptButThatOfAnotherProviderIs() throws ModelException {
        assertThat(keeps(answer -> answer.servedBy(Served.by("gpt-3.5-turbo")))).isFalse();
        assertThat(keeps(answer -> answer.servedBy(Served.by("azure/gpt-4o-mini"))))
                .isTrue();
    }

    private boolean keeps(UnaryOperator<ModelAnswer> served) throws ModelException {
        var asked = new AtomicInteger();
        ModelClient client = cache().around((request, deadline, sink) -> {
            asked.incrementAndGet();
            return served.apply(model.stream(request, deadline, sink));
        });
        client.stream(request(), deadline(), events::add);
        client.stream(request(), deadline(), events::add);
        return asked.get() == 1;
    }

    @Test
    void aStoreThatFailsFailsNoCallAndIsTold() throws ModelException {
        store.down = true;

        assertThat(ask(request()).text()).isEqualTo("Hello.");
        assertThat(events).anyMatch(StreamEvent.Warning.class::isInstance);

        store.down = false;
        model.plays(Script.says("Hi.").meanwhile(() -> store.down = true));
        assertThat(ask(request()).text()).isEqualTo("Hi.");
    }

    // Many at once.

    @Test
    void twentyThatAskAtOnceAreOneCall() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        model.plays(Script.says("Hello.").meanwhile(() -> {
            begun.countDown();
            await(end);
        }));
        var kept = new CountDownLatch(1);
        meanwhile = _ -> await(kept);
        List<Future<ModelAnswer>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<ModelAnswer> call = () -> cache().around(model).stream(request(), deadline(), _ -> {});
            answers.add(threads.submit(call));
            begun.await();
            var waiting = new CountDownLatch(19);
            for (int i = 0; i < 19; i++) {
                answers.add(threads.submit(() -> cache().around(model).stream(request(), deadline(), event -> {
                    if (event instanceof StreamEvent.Alive) {
                        waiting.countDown();
                    }
                })));
            }
            waiting.await();
            end.countDown();
            answers.getFirst().get();
            kept.countDown();
            for (Future<ModelAnswer> answer : answers) {
                assertThat(answer.get().text()).isEqualTo("Hello.");
            }
        }

        assertThat(model.requests()).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.resultNow().served().fromCache()))
                .hasSize(19);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoWaitsTakesOverFromAHolderThatDied() throws ModelException {
        Question key = claimedByAnother(SILENCE);
        Instant before = clock.instant();

        assertThat(ask(request()).text()).isEqualTo("Hello.");

        assertThat(Duration.between(before, clock.instant())).isBetween(SILENCE, SILENCE.plusSeconds(1));
        assertThat(store.look(key, clock.instant())).isInstanceOf(Place.Answered.class);
    }

    @Test
    void whoWaitsAsksWhenTheHolderHasFailed() throws ModelException {
        Question key = claimedByAnother(SILENCE);
        meanwhile = time -> {
            clock.advance(time);
            store.release(key, "another");
        };

        assertThat(ask(request()).text()).isEqualTo("Hello.");

        assertThat(model.requests()).hasSize(2);
        assertThat(events).contains(StreamEvent.ALIVE);
    }

    @Test
    void nobodyWaitsForOneAfterTheOther() throws ModelException {
        Question key = claimedByAnother(SILENCE);
        var others = new AtomicInteger();
        meanwhile = time -> {
            clock.advance(time);
            String before = others.get() == 0 ? "another" : "other-" + others.get();
            store.release(key, before);
            store.claim(
                    key, "other-" + others.incrementAndGet(), clock.instant().plus(SILENCE), clock.instant());
        };

        assertThat(ask(request()).text()).isEqualTo("Hello.");

        assertThat(others.get()).isEqualTo(2);
        assertThat(store.look(key, clock.instant())).isInstanceOf(Place.Claimed.class);
    }

    @Test
    void whoWaitsGivesUpAtItsDeadline() throws ModelException {
        claimedByAnother(Duration.ofHours(3));
        Instant before = clock.instant();

        assertThatThrownBy(() -> ask(request()))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT));

        assertThat(Duration.between(before, clock.instant())).isLessThan(Duration.ofMinutes(11));
        assertThat(model.requests()).hasSize(1);
    }

    @Test
    void whoIsInterruptedWaitsNoLonger() throws ModelException {
        claimedByAnother(SILENCE);
        meanwhile = _ -> Thread.currentThread().interrupt();

        assertThatThrownBy(() -> ask(request())).isInstanceOf(ModelException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aModelThatTakesItsTimeIsWaitedFor() throws ModelException {
        List<Place> seen = new ArrayList<>();
        model.plays(Script.says("One, ", "two, ", "three.").beforeEach(() -> {
            clock.advance(Duration.ofSeconds(40));
            seen.add(store.look(store.keys().getFirst(), clock.instant()));
        }));

        ask(request());

        assertThat(seen).hasSize(3).allSatisfy(place -> assertThat(place).isInstanceOf(Place.Claimed.class));
    }

    /// The answer to [#request] has become too old, and somebody else asks for it.
    private Question claimedByAnother(Duration time) throws ModelException {
        ask(request());
        events.clear();
        Question key = store.keys().getFirst();
        clock.advance(HOUR);
        store.claim(key, "another", clock.instant().plus(time), clock.instant());
        return key;
    }

    private ModelAnswer ask(ModelRequest request) throws ModelException {
        return cached.stream(request, deadline(), events::add);
    }

    private Deadline deadline() {
        return Deadline.in(Duration.ofMinutes(10), clock);
    }

    private static ModelRequest request() {
        return request("hello", Map.of("temperature", "0"), "tenant-1");
    }

    private static ModelRequest uncached() {
        ModelRequest request = request();
        return new ModelRequest(
                request.model(), null, request.items(), List.of(), ToolChoice.AUTO, true, 100, request.parameters());
    }

    private static ModelRequest request(String text, Map<String, String> parameters, String tenant) {
        return new ModelRequest(
                "gpt-4o-mini",
                null,
                List.of(Item.Message.text("msg_1", Role.USER, text)),
                List.of(),
                ToolChoice.AUTO,
                true,
                100,
                parameters,
                new CacheUse(tenant, HOUR, null));
    }

    private static ModelRequest with(ModelRequest request, List<Item> items) {
        return new ModelRequest(
                request.model(),
                null,
                items,
                List.of(),
                ToolChoice.AUTO,
                true,
                100,
                request.parameters(),
                request.cache());
    }

    private static ModelRequest with(ModelRequest request, AnswerFormat format) {
        return new ModelRequest(
                request.model(),
                null,
                request.items(),
                List.of(),
                ToolChoice.AUTO,
                true,
                100,
                request.parameters(),
                new CacheUse("tenant-1", HOUR, format));
    }
}
