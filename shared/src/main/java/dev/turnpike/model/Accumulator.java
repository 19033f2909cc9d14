package dev.turnpike.model;

import dev.turnpike.model.Chunk.CallPiece;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelAnswer.ToolCall;
import dev.turnpike.tokens.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Merges the chunks of one answer, and emits what each of them brings at once.
///
/// The events, joined, are exactly the answer: whatever is replaced or added here is in both.
final class Accumulator {
    /// What a tool call weighs before its first argument, in characters: an answer of empty calls has an end too.
    private static final int CALL_SIZE = 64;

    private final Consumer<StreamEvent> events;
    private final Supplier<String> newCallId;
    private final ModelText text = new ModelText();
    private final ModelText refusal = new ModelText();
    private final ModelText reasoning = new ModelText();
    private final List<Call> calls = new ArrayList<>();
    private @Nullable FinishReason finishReason;
    private @Nullable ReportedUsage usage;
    private String serviceTier = "";
    private long size;

    Accumulator(Consumer<StreamEvent> events, Supplier<String> newCallId) {
        this.events = events;
        this.newCallId = newCallId;
    }

    void add(Chunk chunk) {
        size += chunk.reasoning().length()
                + chunk.text().length()
                + chunk.refusal().length();
        show(reasoning.append(chunk.reasoning()), StreamEvent.ReasoningDelta::new);
        show(text.append(chunk.text()), StreamEvent.TextDelta::new);
        show(refusal.append(chunk.refusal()), StreamEvent.RefusalDelta::new);
        for (CallPiece piece : chunk.calls()) {
            add(piece);
        }
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        if (!chunk.serviceTier().isEmpty()) {
            serviceTier = chunk.serviceTier();
        }
        if (finishReason == null && !chunk.finishReason().isEmpty()) {
            finishReason = finishReason(chunk.finishReason());
        }
    }

    /// The provider will send more, but the answer ends here.
    void cut() {
        finishReason = FinishReason.LENGTH;
    }

    /// Whether the provider said why the answer ended, and so that it did.
    boolean finished() {
        return finishReason != null;
    }

    /// Whether the model wrote anything yet.
    boolean started() {
        return size > 0;
    }

    /// Characters that the model wrote.
    long size() {
        return size;
    }

    /// As the provider reported it last; null where nothing of it made sense.
    @Nullable
    Usage usage() {
        return usage == null || usage.usage().totalTokens() == 0 ? null : usage.usage();
    }

    /// Whether the provider reported usage that can't be.
    boolean usageMadeNoSense() {
        return usage != null && !usage.sensible();
    }

    /// Where the answer came from: the model that was asked, in the tier that the provider named last.
    Served served(String model) {
        return Served.by(model).in(serviceTier);
    }

    /// Everything that the model wrote, as it counts for an estimate.
    String written() {
        var written = new StringBuilder().append(reasoning).append(text).append(refusal);
        calls.forEach(call -> written.append(call.name).append(call.arguments));
        return written.toString();
    }

    /// Emits what was held back. Nothing is added after it.
    ///
    /// @throws ModelException a tool call never got a name
    void end() throws ModelException {
        show(reasoning.end(), StreamEvent.ReasoningDelta::new);
        show(text.end(), StreamEvent.TextDelta::new);
        show(refusal.end(), StreamEvent.RefusalDelta::new);
        for (Call call : calls) {
            if (call.name.isEmpty()) {
                throw new ModelException(
                        ModelException.Kind.UNREADABLE, "The model provider sent a tool call without a name.");
            }
            showArguments(call, call.arguments.end());
            if (call.arguments.isBlank()) {
                showArguments(call, call.arguments.append("{}"));
            }
        }
    }

    ModelAnswer answer(Usage used, Served served) {
        List<ToolCall> toolCalls = calls.stream().map(Call::toToolCall).toList();
        return new ModelAnswer(
                text.toString(),
                refusal.toString(),
                reasoning.toString(),
                toolCalls,
                agreedFinishReason(),
                used,
                served);
    }

    /// Providers say `stop` after tool calls and `tool_calls` after none; what there is decides.
    private FinishReason agreedFinishReason() {
        return switch (finishReason) {
            case LENGTH -> FinishReason.LENGTH;
            case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
            case STOP, TOOL_CALLS -> calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
            case OTHER -> calls.isEmpty() ? FinishReason.OTHER : FinishReason.TOOL_CALLS;
            case null -> calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
        };
    }

    private void add(CallPiece piece) {
        Call call = callOf(piece);
        if (call == null) {
            if (piece.isEmpty()) {
                return;
            }
            call = new Call(calls.size(), piece.index());
            calls.add(call);
            size += CALL_SIZE;
        }
        size += piece.arguments().length();
        call.id = call.id.isEmpty() ? piece.id() : call.id;
        call.name = call.name.isEmpty() ? ModelText.wellFormed(piece.name()) : call.name;
        String arguments = call.arguments.append(piece.arguments());
        if (call.callId.isEmpty() && !call.name.isEmpty()) {
            start(call);
            arguments = call.arguments.toString();
        }
        if (!call.callId.isEmpty()) {
            showArguments(call, arguments);
        }
    }

    /// Providers count calls by index, by id, by both, by neither, and some give every call the index 0.
    private @Nullable Call callOf(CallPiece piece) {
        if (piece.index() != Chunk.NO_INDEX) {
            Call call = last(candidate -> candidate.index == piece.index());
            return call != null && call.isOtherThan(piece) ? null : call;
        }
        if (!piece.id().isEmpty()) {
            return last(candidate -> candidate.id.equals(piece.id()));
        }
        return piece.name().isEmpty() ? last(_ -> true) : null;
    }

    private @Nullable Call last(Predicate<Call> wanted) {
        for (Call call : calls.reversed()) {
            if (wanted.test(call)) {
                return call;
            }
        }
        return null;
    }

    /// An id is settled here, for the event carries it: one that comes after the name is too late.
    private void start(Call call) {
        String id = ModelText.wellFormed(call.id);
        boolean usable = !id.isEmpty() && last(other -> other.callId.equals(id)) == null;
        call.callId = usable ? id : newCallId.get();
        events.accept(new StreamEvent.ToolCallStarted(call.number, call.callId, call.name));
    }

    private void show(String delta, Function<String, StreamEvent> event) {
        if (!delta.isEmpty()) {
            events.accept(event.apply(delta));
        }
    }

    private void showArguments(Call call, String delta) {
        show(delta, arguments -> new StreamEvent.ToolCallDelta(call.number, arguments));
    }

    private static FinishReason finishReason(String reason) {
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "stop" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length" -> FinishReason.LENGTH;
            case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }

    private static final class Call {
        final int number;
        final int index;
        final ModelText arguments = new ModelText();
        String id = ""; // the provider's
        String callId = ""; // ours, empty until the call has started
        String name = "";

        Call(int number, int index) {
            this.number = number;
            this.index = index;
        }

        boolean isOtherThan(CallPiece piece) {
            return !piece.name().isEmpty()
                    && !piece.id().isEmpty()
                    && !id.isEmpty()
                    && !piece.id().equals(id);
        }

        ToolCall toToolCall() {
            return new ToolCall(callId, name, arguments.toString());
        }
    }
}
