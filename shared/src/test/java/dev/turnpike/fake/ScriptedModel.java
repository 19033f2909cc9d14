package dev.turnpike.fake;

import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelAnswer.ToolCall;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A model that plays one script for each call, the last one again and again, and keeps a meter of its own.
public final class ScriptedModel implements ModelClient {
    /// What a call uses unless its script says otherwise.
    public static final Usage USAGE = Usage.reported(100, 0, 20, 0);

    private final Queue<Script> scripts = new ArrayDeque<>();
    private final List<ModelRequest> requests = new ArrayList<>();
    private final List<Deadline> deadlines = new ArrayList<>();
    private final PortCalls calls;
    private @Nullable Function<ModelRequest, Script> author;
    private Script last = Script.says("Hello.");
    private Usage metered = Usage.NONE;
    private int paid;

    public ScriptedModel(PortCalls calls) {
        this.calls = calls;
    }

    /// One answer.
    ///
    /// @param before done before each event
    /// @param meanwhile done when all events are out, before the answer ends; it may throw
    /// @param failure how the call ends instead of with an answer; null for none
    public record Script(
            List<StreamEvent> events,
            FinishReason finish,
            Usage usage,
            Runnable before,
            Runnable meanwhile,
            @Nullable Failure failure) {

        /// @param retryAfter null when the provider asked for no wait
        public record Failure(
                ModelException.Kind kind, @Nullable Duration retryAfter) {}

        private static Script of(List<StreamEvent> events, FinishReason finish) {
            return new Script(events, finish, USAGE, () -> {}, () -> {}, null);
        }

        public static Script says(String... pieces) {
            List<StreamEvent> events = new ArrayList<>();
            for (String piece : pieces) {
                events.add(new StreamEvent.TextDelta(piece));
            }
            return of(events, FinishReason.STOP);
        }

        /// Calls tools, with empty arguments and with ids as weak backends give them: the same in every answer.
        public static Script calls(String... tools) {
            List<StreamEvent> events = new ArrayList<>();
            for (int i = 0; i < tools.length; i++) {
                events.add(new StreamEvent.ToolCallStarted(i, "call_" + i, tools[i]));
                events.add(new StreamEvent.ToolCallDelta(i, "{}"));
            }
            return of(events, FinishReason.TOOL_CALLS);
        }

        /// Calls one tool, with these arguments.
        public static Script call(String tool, String arguments) {
            List<StreamEvent> events = List.of(
                    new StreamEvent.ToolCallStarted(0, "call_0", tool), new StreamEvent.ToolCallDelta(0, arguments));
            return of(events, FinishReason.TOOL_CALLS);
        }

        /// Answers with these events.
        public static Script streams(StreamEvent... events) {
            return of(List.of(events), FinishReason.STOP);
        }

        public static Script fails(ModelException.Kind kind) {
            return of(List.of(), FinishReason.STOP).using(Usage.NONE).failing(kind, null);
        }

        public Script using(Usage used) {
            return new Script(events, finish, used, before, meanwhile, failure);
        }

        public Script ending(FinishReason reason) {
            return new Script(events, reason, usage, before, meanwhile, failure);
        }

        /// What passes before each piece of the answer.
        public Script beforeEach(Runnable effect) {
            return new Script(events, finish, usage, effect, meanwhile, failure);
        }

        /// What happens elsewhere while the model speaks.
        public Script meanwhile(Runnable effect) {
            return new Script(events, finish, usage, before, effect, failure);
        }

        public Script failing(ModelException.Kind kind, @Nullable Duration retryAfter) {
            return new Script(events, finish, usage, before, meanwhile, new Failure(kind, retryAfter));
        }

        /// The process ends while the model speaks.
        public Script dying() {
            return meanwhile(() -> {
                throw new PortCalls.ProcessDied();
            });
        }

        private ModelAnswer answer(Served served) {
            var text = new StringBuilder();
            List<ToolCall> calls = new ArrayList<>();
            for (StreamEvent event : events) {
                switch (event) {
                    case StreamEvent.TextDelta(String piece) -> text.append(piece);
                    case StreamEvent.ToolCallStarted(int _, String callId, String name) ->
                        calls.add(new ToolCall(callId, name, "{}"));
                    case StreamEvent.RefusalDelta _,
                            StreamEvent.ReasoningDelta _,
                            StreamEvent.ToolCallDelta _,
                            StreamEvent.Alive _,
                            StreamEvent.Warning _ -> {}
                }
            }
            return new ModelAnswer(text.toString(), "", "", calls, finish, usage, served);
        }
    }

    public synchronized ScriptedModel plays(Script... next) {
        scripts.addAll(List.of(next));
        return this;
    }

    /// Once no script is left, the author writes one for what the model is shown.
    public synchronized ScriptedModel improvises(Function<ModelRequest, Script> next) {
        author = next;
        return this;
    }

    /// What has been asked so far.
    public synchronized List<ModelRequest> requests() {
        return List.copyOf(requests);
    }

    /// Until when each answer was waited for.
    public synchronized List<Deadline> deadlines() {
        return List.copyOf(deadlines);
    }

    /// How many calls have used anything.
    public synchronized int paid() {
        return paid;
    }

    /// What its calls have used together, whatever became of their answers.
    public synchronized Usage metered() {
        return metered;
    }

    @Override
    public ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        return calls.through("model", () -> play(request, deadline, events), ScriptedModel::gone);
    }

    private static ModelException gone(Fault fault) {
        return switch (fault) {
            case TIMES_OUT -> gone(Kind.TIMEOUT, USAGE);
            case ANSWER_LOST -> gone(Kind.CONNECTION, USAGE);
            case REFUSED, DIES_BEFORE, DIES_AFTER, HANGS_BEFORE, HANGS_AFTER -> gone(Kind.UNAVAILABLE, Usage.NONE);
        };
    }

    private static ModelException gone(Kind kind, Usage used) {
        return new ModelException(kind, "The model was lost as planned.", used, null, null);
    }

    private ModelAnswer play(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        Script script = next(request, deadline);
        for (StreamEvent event : script.events()) {
            script.before().run();
            events.accept(event);
        }
        script.meanwhile().run();
        Script.Failure failure = script.failure();
        if (failure != null) {
            throw new ModelException(
                    failure.kind(), "The model failed as scripted.", script.usage(), failure.retryAfter(), null);
        }
        return script.answer(Served.by(request.model()));
    }

    private synchronized Script next(ModelRequest request, Deadline deadline) {
        requests.add(request);
        deadlines.add(deadline);
        if (!scripts.isEmpty()) {
            last = scripts.remove();
        } else if (author != null) {
            last = author.apply(request);
        }
        metered = metered.plus(last.usage());
        paid += last.usage().totalTokens() > 0 ? 1 : 0;
        return last;
    }
}
