package dev.turnpike.run;

import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.ContextWindow.Fit;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.StepResult.Verdict;
import dev.turnpike.tokens.Usage;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.tool.ToolSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One call of the model: what it is shown, what it answers, what that used.
public final class ModelStep {
    /// A model whose context nobody knows is taken to have this much.
    private static final long UNKNOWN_CONTEXT_TOKENS = 128_000;

    private final ModelClient model;
    private final ContextWindow window;
    private final ToolRegistry tools;
    private final PriceList prices;
    private final EngineSettings settings;
    private final Ids ids;

    public ModelStep(
            ModelClient model,
            ContextWindow window,
            ToolRegistry tools,
            PriceList prices,
            EngineSettings settings,
            Ids ids) {
        this.model = model;
        this.window = window;
        this.tools = tools;
        this.prices = prices;
        this.settings = settings;
        this.ids = ids;
    }

    StepResult perform(LiveRun live) {
        RunRequest request = live.run().request();
        List<ToolSpec> offered = offered(request);
        Fit context = fit(live.items(), live.ownItems(), request, offered);
        if (!context.fits() || (!request.truncation() && (context.dropped() || live.olderItems()))) {
            return tooLong();
        }
        var answer = new AnswerItems(
                ids, live.run().endSeq(), AnswerItems.Offer.of(live.run()), callIds(live)::contains, live::emit);
        var timed = new Timed(answer, live);
        try {
            ModelAnswer whole = model.stream(
                    modelRequest(request, live.run().step(), context.items(), offered), abortAt(live), timed);
            return answered(live, whole, answer, timed);
        } catch (ModelException failure) {
            return failed(live, failure, answer, timed);
        }
    }

    /// Early enough that what the model has said by then can still be committed.
    private Deadline abortAt(LiveRun live) {
        Instant now = live.deadline().clock().instant();
        return live.deadline().minus(settings.finishMargin()).orEarlier(now.plus(settings.modelTimeout()));
    }

    private List<ToolSpec> offered(RunRequest request) {
        List<ToolSpec> offered = new ArrayList<>(request.clientTools());
        if (!request.serverTools().isEmpty()) {
            offered.addAll(tools.specs(Set.copyOf(request.serverTools())));
        }
        return offered;
    }

    private Fit fit(List<Item> items, int ownItems, RunRequest request, List<ToolSpec> offered) {
        List<String> fixed = new ArrayList<>();
        if (request.instructions() != null) {
            fixed.add(request.instructions());
        }
        for (ToolSpec tool : offered) {
            fixed.add(tool.toString());
        }
        return window.fit(items, ownItems, settings.maxHistory(), fixed, () -> promptBudget(request));
    }

    /// The model's context less the answer, which never takes more than half of it.
    private long promptBudget(RunRequest request) {
        long context = settings.contextWindow() > 0
                ? settings.contextWindow()
                : prices.contextWindow(request.model()).orElse(UNKNOWN_CONTEXT_TOKENS);
        return context - Math.min(request.maxOutputTokens(), context / 2);
    }

    /// What the first call of a run would send, whether or not the model takes so much.
    ///
    /// @param items the past and the input, oldest first
    /// @param input how many of them are the input
    public ModelRequest firstCall(RunRequest request, List<Item> items, int input) {
        List<ToolSpec> offered = offered(request);
        Fit context = fit(items, input, request, offered);
        return modelRequest(request, 0, context.fits() ? context.items() : items, offered);
    }

    private static ModelRequest modelRequest(RunRequest request, int step, List<Item> items, List<ToolSpec> offered) {
        return new ModelRequest(
                request.model(),
                request.instructions(),
                items,
                offered,
                choice(request, step),
                request.parallelToolCalls(),
                request.maxOutputTokens(),
                request.parameters());
    }

    /// A forced call is forced once: after its result the model must be free to answer.
    private static ToolChoice choice(RunRequest request, int step) {
        return switch (request.toolChoice()) {
            case ToolChoice.Auto auto -> auto;
            case ToolChoice.None none -> none;
            case ToolChoice.Required required -> step == 0 ? required : ToolChoice.AUTO;
            case ToolChoice.Named named -> step == 0 ? named : ToolChoice.AUTO;
        };
    }

    private StepResult answered(LiveRun live, ModelAnswer whole, AnswerItems answer, Timed timed) {
        @Nullable StopReason stop = cutBy(whole.finishReason());
        List<Item> items = answer.close(stop != null);
        LedgerRow row = row(live, whole.usage(), LedgerRow.State.SETTLED, timed);
        return new StepResult(
                items, row, timed.millis(), stop == null ? new Verdict.GoOn() : new Verdict.Stop(stop, null));
    }

    private static @Nullable StopReason cutBy(FinishReason reason) {
        return switch (reason) {
            case LENGTH -> StopReason.MAX_OUTPUT_TOKENS;
            case CONTENT_FILTER -> StopReason.CONTENT_FILTER;
            case STOP, TOOL_CALLS, OTHER -> null;
        };
    }

    /// A background run tries again, and its stream, if it has one, takes back what it showed; the reader of any other
    /// can't be told to forget.
    private StepResult failed(LiveRun live, ModelException failure, AnswerItems answer, Timed timed) {
        Run run = live.run();
        if (live.cancelled()) {
            return cancelled(live, failure.usage(), answer, timed);
        }
        RunError error = new RunError(failure.kind().code(), String.valueOf(failure.getMessage()));
        boolean again = failure.kind().retryable()
                && run.request().background()
                && run.attempts() < run.limits().maxAttempts();
        boolean used = failure.usage().totalTokens() > 0;
        if (again) {
            LedgerRow row = row(live, failure.usage(), LedgerRow.State.ABANDONED, timed);
            return new StepResult(List.of(), row, -1, new Verdict.TryAgain(delay(run, failure), error));
        }
        LedgerRow row = used ? row(live, failure.usage(), LedgerRow.State.SETTLED, timed) : null;
        List<Item> items = answer.started() ? answer.close(true) : List.of();
        return new StepResult(items, row, timed.millis(), new Verdict.Stop(StopReason.ERROR, error));
    }

    /// What was said and used by then is kept.
    private StepResult cancelled(LiveRun live, Usage usage, AnswerItems answer, Timed timed) {
        LedgerRow row = usage.totalTokens() > 0 ? row(live, usage, LedgerRow.State.SETTLED, timed) : null;
        List<Item> items = answer.started() ? answer.close(true) : List.of();
        return new StepResult(items, row, timed.millis(), new Verdict.Stop(StopReason.CANCELLED, null));
    }

    private Duration delay(Run run, ModelException failure) {
        Duration asked = failure.retryAfter();
        Duration backOff = settings.firstRetryDelay().multipliedBy(1L << Math.min(run.attempts() - 1, 10));
        Duration wanted = asked == null || asked.compareTo(backOff) < 0 ? backOff : asked;
        return wanted.compareTo(settings.maxRetryDelay()) > 0 ? settings.maxRetryDelay() : wanted;
    }

    private StepResult tooLong() {
        var error = new RunError(
                ModelException.Kind.CONTEXT_TOO_LONG.code(),
                "The input and the conversation before it are longer than the model's context. Send less,"
                        + " start a new conversation, or set \"truncation\": \"auto\".");
        return new StepResult(List.of(), null, -1, new Verdict.Stop(StopReason.ERROR, error));
    }

    private LedgerRow row(LiveRun live, Usage usage, LedgerRow.State state, Timed timed) {
        Run run = live.run();
        String model = run.request().model();
        Instant now = live.deadline().clock().instant();
        return new LedgerRow(
                run.key().run(),
                run.step(),
                run.fence(),
                state,
                model,
                usage,
                prices.cost(model, usage, now),
                timed.millis(),
                now);
    }

    /// The row of an attempt that died before it could say what it used: at least the prompt, which was the same.
    LedgerRow lostAttempt(LedgerRow settled, long fence) {
        return lostAttempt(
                settled.run(),
                settled.step(),
                fence,
                settled.model(),
                settled.usage().inputTokens(),
                settled.at());
    }

    /// The same when no attempt of the step has reported its prompt, which is counted then.
    LedgerRow lostAttempt(LiveRun live, long fence) {
        Run run = live.run();
        long prompt = live.items().stream().mapToLong(window::tokens).sum();
        Instant now = live.deadline().clock().instant();
        return lostAttempt(run.key().run(), run.step(), fence, run.request().model(), prompt, now);
    }

    private LedgerRow lostAttempt(String run, int step, long fence, String model, long promptTokens, Instant at) {
        Usage usage = Usage.estimated(promptTokens, 0);
        return new LedgerRow(
                run, step, fence, LedgerRow.State.ABANDONED, model, usage, prices.cost(model, usage, at), -1, at);
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
        private final AnswerItems answer;
        private final LiveRun live;
        private final InstantSource clock;
        private final long startMillis;
        private long millis = -1;

        Timed(AnswerItems answer, LiveRun live) {
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
