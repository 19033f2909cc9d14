package dev.turnpike.cache;

import dev.turnpike.cache.AnswerStore.Place;
import dev.turnpike.cache.AnswerStore.Question;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelAnswer.ToolCall;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ModelRequest.CacheUse;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One call whose answer may be at hand, on its way to somebody else, or still to be asked for.
final class CachedCall {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

    /// Whoever has waited for so many that died or failed asks for themselves.
    private static final int MOST_HOLDERS = 2;

    private final AnswerStore store;
    private final AnswerText texts;
    private final Duration claim;
    private final String holder;
    private final Consumer<Duration> pause;
    private final Ask ask;
    private final Question key;
    private Instant prolongFrom = Instant.EPOCH;

    /// What the caller of the client gave it, and the client.
    record Ask(
            ModelClient client, ModelRequest request, CacheUse use, Deadline deadline, Consumer<StreamEvent> events) {}

    CachedCall(AnswerStore store, AnswerText texts, Duration claim, String holder, Consumer<Duration> pause, Ask ask) {
        this.store = store;
        this.texts = texts;
        this.claim = claim;
        this.holder = holder;
        this.pause = pause;
        this.ask = ask;
        this.key = new Question(ask.use.tenant(), hash(ask.request));
    }

    private static String hash(ModelRequest request) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(request.written()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    ModelAnswer answer() throws ModelException {
        Set<String> others = new HashSet<>();
        Optional<Place> place = safely(() -> store.look(key, now()));
        while (place.isPresent()) {
            switch (place.get()) {
                case Place.Answered(String text) -> {
                    Optional<ModelAnswer> kept = texts.read(text);
                    return kept.isPresent() ? replay(kept.get()) : askModel();
                }
                case Place.Claimed(String other, Instant _)
                when other.equals(holder) -> {
                    return askAsHolder();
                }
                case Place.Claimed(String other, Instant until) -> {
                    others.add(other);
                    if (others.size() > MOST_HOLDERS) {
                        return askModel();
                    }
                    waitFor(until);
                    place = safely(() -> store.look(key, now()));
                }
                case Place.Free() -> {
                    Instant until = claimed();
                    place = safely(() -> store.claim(key, holder, until, now()));
                }
            }
        }
        return askModel();
    }

    private ModelAnswer askModel() throws ModelException {
        return ask.client.stream(ask.request, ask.deadline, ask.events);
    }

    /// However it ends, the claim does: others must not wait for nothing.
    private ModelAnswer askAsHolder() throws ModelException {
        boolean kept = false;
        try {
            ModelAnswer answer = ask.client.stream(ask.request, ask.deadline, this::passOn);
            kept = isGood(answer) && keep(answer);
            return answer;
        } finally {
            if (!kept) {
                release();
            }
        }
    }

    /// A call that is cancelled is interrupted, and others wait all the same.
    private void release() {
        boolean interrupted = Thread.interrupted();
        safely(() -> {
            store.release(key, holder);
            return Boolean.TRUE;
        });
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The model is alive, so others may wait for longer.
    private void passOn(StreamEvent event) {
        ask.events.accept(event);
        if (prolongFrom.isBefore(now())) {
            Instant until = claimed();
            safely(() -> store.prolong(key, holder, until));
        }
    }

    /// The end of a claim that begins now. It is prolonged once half of it is over.
    private Instant claimed() {
        Instant now = now();
        prolongFrom = now.plus(claim.dividedBy(2));
        return now.plus(claim);
    }

    /// Whether it is what was asked for: whole, of the right form, and from that model.
    private boolean isGood(ModelAnswer answer) {
        boolean whole = switch (answer.finishReason()) {
            case STOP, TOOL_CALLS -> true;
            case LENGTH, CONTENT_FILTER, OTHER -> false;
        };
        return whole && fits(answer) && Served.isSame(answer.served().model(), ask.request.model());
    }

    private boolean fits(ModelAnswer answer) {
        var format = ask.use.format();
        return format == null
                || answer.finishReason() == FinishReason.TOOL_CALLS
                || (answer.refusal().isEmpty() && format.mistakes(answer.text()).isEmpty());
    }

    private boolean keep(ModelAnswer answer) {
        Instant expires = now().plus(ask.use.timeToLive());
        return safely(() -> store.keep(key, holder, texts.write(answer), expires))
                .orElse(false);
    }

    /// As if the model had just said it, all at once.
    private ModelAnswer replay(ModelAnswer kept) {
        if (!kept.reasoning().isEmpty()) {
            ask.events.accept(new StreamEvent.ReasoningDelta(kept.reasoning()));
        }
        if (!kept.text().isEmpty()) {
            ask.events.accept(new StreamEvent.TextDelta(kept.text()));
        }
        if (!kept.refusal().isEmpty()) {
            ask.events.accept(new StreamEvent.RefusalDelta(kept.refusal()));
        }
        for (int i = 0; i < kept.toolCalls().size(); i++) {
            ToolCall call = kept.toolCalls().get(i);
            ask.events.accept(new StreamEvent.ToolCallStarted(i, call.callId(), call.name()));
            ask.events.accept(new StreamEvent.ToolCallDelta(i, call.arguments()));
        }
        return kept;
    }

    /// Lets some time pass, until the claim at most. The run that waits is shown to be alive.
    private void waitFor(Instant until) throws ModelException {
        if (ask.deadline.passed()) {
            throw new ModelException(
                    Kind.TIMEOUT, "Another request was waiting for the same answer, and it did not come in time.");
        }
        ask.events.accept(StreamEvent.ALIVE);
        Duration left = shorter(Duration.between(now(), until), ask.deadline.remaining());
        pause.accept(shorter(BETWEEN_LOOKS, left.plusMillis(1)));
        if (Thread.currentThread().isInterrupted()) {
            throw new ModelException(
                    Kind.CONNECTION, "The wait for another request's answer was interrupted. Try again.");
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// What the store says; empty when it fails. No run fails by that.
    private <T> Optional<T> safely(Supplier<T> access) {
        try {
            return Optional.of(access.get());
        } catch (RuntimeException down) {
            ask.events.accept(
                    new StreamEvent.Warning("the store of cached answers failed, and the model is asked as without it: "
                            + down.getClass().getSimpleName()));
            return Optional.empty();
        }
    }

    private Instant now() {
        return ask.deadline.clock().instant();
    }
}
