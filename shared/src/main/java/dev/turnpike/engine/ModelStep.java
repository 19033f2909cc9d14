package dev.turnpike.engine;

import dev.turnpike.access.Cap;
import dev.turnpike.budget.Permit;
import dev.turnpike.calls.CallRules;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.engine.LeaseKeeper.LeaseLostException;
import dev.turnpike.engine.StepResult.Verdict;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.policy.AnswerImages;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One call of the model: what it is shown, what it answers, what that used.
public final class ModelStep {
    private static final RunError NO_SUMMARY =
            RunError.of("upstream_unreadable", "The model was asked to summarise the conversation and wrote nothing.");

    private final ModelClient model;
    private final Prompt prompt;
    private final AnswerCheck check;
    private final Charges charges;
    private final EngineSettings settings;
    private final Ids ids;

    public ModelStep(
            ModelClient model, Prompt prompt, AnswerCheck check, Charges charges, EngineSettings settings, Ids ids) {
        this.model = model;
        this.prompt = prompt;
        this.check = check;
        this.charges = charges;
        this.settings = settings;
        this.ids = ids;
    }

    Charges charges() {
        return charges;
    }

    Prompt prompt() {
        return prompt;
    }

    StepResult perform(LiveRun live) {
        return prompt.next(live)
                .map(request -> permitted(live, request, granted -> call(live, granted)))
                .orElseGet(ModelStep::tooLong);
    }

    /// Makes a call that the caps allow, perhaps with less output than was asked for.
    private StepResult permitted(LiveRun live, ModelRequest request, Function<ModelRequest, StepResult> call) {
        return switch (charges.permit(live, request)) {
            case Permit.Granted(ModelRequest granted, var _) -> {
                stillOurs(live);
                yield call.apply(granted);
            }
            case Permit.Busy(Cap _, Instant from) when live.run().request().background() -> later(live, from);
            case Permit.Busy(Cap cap, Instant _) -> capMet(live, cap);
            case Permit.Met(Cap cap) -> capMet(live, cap);
            case Permit.Unpriced(String unpriced) -> ended(StopReason.ERROR, RunError.unpriced(unpriced));
        };
    }

    /// Whoever waited for a permit may have lost its lease meanwhile: then nobody is called.
    private void stillOurs(LiveRun live) {
        try {
            live.touch();
        } catch (LeaseLostException lost) {
            charges.abandon(live, null);
            throw lost;
        }
    }

    /// Those who wait for one account do not all come back at once.
    private StepResult later(LiveRun live, Instant from) {
        Duration wait = Duration.between(live.deadline().clock().instant(), from);
        Duration spread = Duration.ofMillis(Math.floorMod(live.run().key().run().hashCode(), 4_000));
        Duration delay = wait.isNegative() ? spread : wait.plus(spread);
        return new StepResult(List.of(), charges.none(live), -1, new Verdict.PutOff(delay));
    }

    private static StepResult capMet(LiveRun live, Cap cap) {
        live.emit(new RunEvent.Warned(live.run().key().run(), "the cap " + cap + " is met"));
        return ended(StopReason.SPENDING_CAP, null);
    }

    private static StepResult ended(StopReason reason, @Nullable RunError error) {
        return new StepResult(List.of(), null, -1, new Verdict.Stop(reason, error));
    }

    private StepResult call(LiveRun live, ModelRequest request) {
        AnswerGate gate = check.gate(live, live::emit);
        CallRules rules = prompt.rules(live.run());
        AnswerImages images = rules.images(live.items(), live.olderItems());
        var answer = new AnswerItems(ids, live.run().endSeq(), rules, images, callIds(live)::contains, gate);
        var timed = new Timed(answer, live);
        try {
            return answered(live, model.stream(request, abortAt(live), timed), answer, gate, timed);
        } catch (ModelException failure) {
            return failed(live, failure, () -> partial(answer, gate), timed);
        } finally {
            check.audited(live.run(), images.removed(), answer.requests());
        }
    }

    /// Early enough that what the model has said by then can still be committed.
    private Deadline abortAt(LiveRun live) {
        Instant now = live.deadline().clock().instant();
        return live.deadline().minus(settings.finishMargin()).orEarlier(now.plus(settings.modelTimeout()));
    }

    private StepResult answered(LiveRun live, ModelAnswer whole, AnswerItems answer, AnswerGate gate, Timed timed) {
        @Nullable StopReason stop = cutBy(whole.finishReason(), live.held().lowered());
        List<Item> items = answer.close(stop != null);
        LedgerRow row = charges.row(live, whole.served(), whole.usage(), LedgerRow.State.SETTLED, timed.millis());
        List<String> mistakes = stop == null ? AnswerCheck.mistakes(live, items) : List.of();
        if (!mistakes.isEmpty()) {
            return misfit(live, new StepResult(items, row, timed.millis(), new Verdict.GoOn()), mistakes, gate);
        }
        gate.open();
        return new StepResult(
                items, row, timed.millis(), stop == null ? new Verdict.GoOn() : new Verdict.Stop(stop, null));
    }

    /// The model may write the answer once more. One that has been shown can't be taken back.
    private static StepResult misfit(LiveRun live, StepResult result, List<String> mistakes, AnswerGate gate) {
        StepResult kept = gate.isOpen() ? result : result.with(AnswerCheck.drafts(result.items(), mistakes));
        boolean last = gate.isOpen() || AnswerCheck.triedAgain(live);
        gate.dropText();
        return last ? kept.ending(new Verdict.Stop(StopReason.ERROR, AnswerCheck.error(mistakes))) : kept;
    }

    /// Replaces what is old by a summary, for all calls from then on. Nobody sees it grow.
    StepResult compact(LiveRun live) {
        Prompt.Compacting compacting = prompt.compaction(live);
        return permitted(live, compacting.request(), granted -> compact(live, compacting, granted));
    }

    private StepResult compact(LiveRun live, Prompt.Compacting compacting, ModelRequest request) {
        var timed = new Timed(_ -> {}, live);
        try {
            return compacted(live, compacting, model.stream(request, abortAt(live), timed));
        } catch (ModelException failure) {
            return failed(live, failure, List::of, timed);
        }
    }

    private StepResult compacted(LiveRun live, Prompt.Compacting compacting, ModelAnswer whole) {
        LedgerRow row = charges.row(live, whole.served(), whole.usage(), LedgerRow.State.SETTLED, -1);
        if (whole.text().isBlank()) {
            return new StepResult(List.of(), row, -1, new Verdict.Stop(StopReason.ERROR, NO_SUMMARY));
        }
        List<Item> items = new ArrayList<>();
        compacting.requests().forEach(request -> items.add(request.withId(id(live, request, items.size()))));
        var summary = new Item.Compaction("", whole.text(), compacting.latestRequest(), compacting.kept());
        items.add(summary.withId(id(live, summary, items.size())));
        live.emit(new RunEvent.ItemOpened(items.getLast()));
        live.emit(new RunEvent.ItemClosed(items.getLast()));
        return new StepResult(items, row, -1, new Verdict.GoOn());
    }

    private String id(LiveRun live, Item item, int place) {
        Run run = live.run();
        return ids.item(item.idPrefix(), run.key().conversation().id(), run.endSeq() + place);
    }

    /// @param lowered whether a cap allowed less output than was asked for
    private static @Nullable StopReason cutBy(FinishReason reason, boolean lowered) {
        return switch (reason) {
            case LENGTH -> lowered ? StopReason.SPENDING_CAP : StopReason.MAX_OUTPUT_TOKENS;
            case CONTENT_FILTER -> StopReason.CONTENT_FILTER;
            case STOP, TOOL_CALLS, OTHER -> null;
        };
    }

    /// Another attempt takes back what the stream of a background run has shown. The reader of any other can't be told
    /// to forget, nor be kept waiting for long.
    ///
    /// @param partial what of the answer came by then
    private StepResult failed(LiveRun live, ModelException failure, Supplier<List<Item>> partial, Timed timed) {
        Run run = live.run();
        if (live.cancelled()) {
            return cancelled(live, failure, partial.get(), timed);
        }
        RunError error = error(run, failure);
        if (failure.kind() == Kind.RESTING && run.request().background()) {
            LedgerRow row = row(live, failure, LedgerRow.State.ABANDONED, timed);
            return new StepResult(List.of(), row, -1, new Verdict.PutOff(delay(run, failure)));
        }
        if (mayTryAgain(run, failure, timed)) {
            LedgerRow row = row(live, failure, LedgerRow.State.ABANDONED, timed);
            return new StepResult(List.of(), row, -1, new Verdict.TryAgain(delay(run, failure), error));
        }
        return new StepResult(
                partial.get(), used(live, failure, timed), timed.millis(), new Verdict.Stop(StopReason.ERROR, error));
    }

    private static RunError error(Run run, ModelException failure) {
        Map<String, String> details = new TreeMap<>();
        details.put("model", failure.served(run.request().model()).model());
        details.put("attempt", String.valueOf(run.attempts()));
        Duration wait = failure.retryAfter();
        if (wait != null && failure.retryable()) {
            details.put("retry_after_seconds", String.valueOf(Math.max(1, wait.toSeconds())));
        }
        List<String> others = Arrays.stream(failure.getSuppressed())
                .filter(ModelException.class::isInstance)
                .map(other -> ((ModelException) other).served("").model())
                .toList();
        if (!others.isEmpty()) {
            details.put("also_failed", String.join(", ", others));
        }
        return RunError.of(failure.kind().code(), String.valueOf(failure.getMessage()), details);
    }

    /// Calls that nobody has paid for were made again where they failed, as often as is good while somebody waits.
    private boolean mayTryAgain(Run run, ModelException failure, Timed timed) {
        boolean unseen = timed.millis() < 0 && failure.usage().totalTokens() > 0;
        return failure.retryable()
                && (run.request().background() || unseen)
                && run.attempts() < run.limits().maxAttempts();
    }

    private @Nullable LedgerRow used(LiveRun live, ModelException failure, Timed timed) {
        return failure.usage().totalTokens() > 0 ? row(live, failure, LedgerRow.State.SETTLED, timed) : null;
    }

    private LedgerRow row(LiveRun live, ModelException failure, LedgerRow.State state, Timed timed) {
        Served served = failure.served(live.run().request().model());
        return charges.row(live, served, failure.usage(), state, timed.millis());
    }

    private static List<Item> partial(AnswerItems answer, AnswerGate gate) {
        gate.open();
        return answer.started() ? answer.close(true) : List.of();
    }

    /// What was said and used by then is kept.
    private StepResult cancelled(LiveRun live, ModelException failure, List<Item> items, Timed timed) {
        LedgerRow row = used(live, failure, timed);
        return new StepResult(items, row, timed.millis(), new Verdict.Stop(StopReason.CANCELLED, null));
    }

    private Duration delay(Run run, ModelException failure) {
        Duration asked = failure.retryAfter();
        Duration backOff = settings.firstRetryDelay().multipliedBy(1L << Math.min(run.attempts() - 1, 10));
        Duration wanted = asked == null || asked.compareTo(backOff) < 0 ? backOff : asked;
        return wanted.compareTo(settings.maxRetryDelay()) > 0 ? settings.maxRetryDelay() : wanted;
    }

    private static StepResult tooLong() {
        var error = RunError.of(
                ModelException.Kind.CONTEXT_TOO_LONG.code(),
                "The input and the conversation before it are longer than the model's context. Send less,"
                        + " start a new conversation, or set \"truncation\": \"auto\".");
        return ended(StopReason.ERROR, error);
    }

    private static Set<String> callIds(LiveRun live) {
        Set<String> ids = new HashSet<>();
        for (Item item : live.items()) {
            if (item instanceof Item.ToolCall call) {
                ids.add(call.callId());
            }
        }
        return ids;
    }

    /// Notes when the first event came.
    private static final class Timed implements Consumer<StreamEvent> {
        private final Consumer<StreamEvent> answer;
        private final LiveRun live;
        private final InstantSource clock;
        private final long startMillis;
        private long millis = -1;

        Timed(Consumer<StreamEvent> answer, LiveRun live) {
            this.answer = answer;
            this.live = live;
            this.clock = live.deadline().clock();
            this.startMillis = clock.millis();
        }

        @Override
        public void accept(StreamEvent event) {
            if (event instanceof StreamEvent.Alive) {
                live.touch();
                return;
            }
            if (event instanceof StreamEvent.Warning(String text)) {
                live.emit(new RunEvent.Warned(live.run().key().run(), text));
                return;
            }
            if (millis < 0) {
                millis = clock.millis() - startMillis;
            }
            answer.accept(event);
        }

        /// Milliseconds to the first event; -1 when none came.
        long millis() {
            return millis;
        }
    }
}
