package dev.turnpike.run;

import dev.turnpike.model.ToolChoice;
import dev.turnpike.schema.AnswerFormat;
import dev.turnpike.tool.ToolSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was asked for, as far as the engine needs it.
///
/// @param clientTools tools that the caller runs
/// @param serverTools names of the tools that we run, already narrowed to what the caller may use
/// @param askFirst those of them whose calls a person must allow
/// @param maxToolCalls how many calls of the tools that we run may be made in the whole run; `Integer.MAX_VALUE` for
/// any
///     number
/// @param maxOutputTokens of one model call; never unlimited
/// @param parameters further Chat Completions parameters by name, each as JSON text
/// @param format what the final answer must be; null for any text
/// @param compaction when older items are summarised
/// @param truncation whether older items may be left out of the model's window; otherwise the run fails
/// @param store whether the conversation is kept once the run has ended
/// @param lane which of the steps queues wakes its steps
/// @param recorded whether the events of its stream are kept: those of a background run that was asked to stream
/// @param cache how answers of its model calls are kept and used again; null for not at all
/// @param calls how calls of the tools that we run are made
/// @param wire the whole validated request less its input, as JSON: what the response object echoes, and the form in
///     which a request is stored
public record RunRequest(
        String model,
        @Nullable String instructions,
        List<ToolSpec> clientTools,
        List<String> serverTools,
        Set<String> askFirst,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        int maxToolCalls,
        int maxOutputTokens,
        Map<String, String> parameters,
        @Nullable AnswerFormat format,
        Compaction compaction,
        boolean truncation,
        boolean store,
        boolean background,
        boolean recorded,
        Lane lane,
        @Nullable Cache cache,
        Calls calls,
        String wire) {

    /// How calls of the tools that we run are made.
    ///
    /// @param askable whether a person can be asked for approval: Chat Completions has no way to
    /// @param dry whether calls only say what they would change; nothing happens
    /// @param undoes the response whose effects the run undoes: it makes the calls of its input, one by one, and
    ///     asks no model; null for a run like any other
    public record Calls(
            boolean askable, boolean dry, @Nullable String undoes) {
        public static final Calls USUAL = new Calls(true, false, null);
    }

    /// Whether it makes the calls of its input and nothing else.
    public boolean undoing() {
        return calls.undoes() != null;
    }

    /// @param timeToLive how long an answer is good
    /// @param anyway even if the request leaves it to chance what is answered
    public record Cache(Duration timeToLive, boolean anyway) {}

    /// Whether the same answer can be expected when the same is asked: at temperature 0, or with a seed.
    public boolean deterministic() {
        String temperature = parameters.get("temperature");
        return parameters.containsKey("seed") || (temperature != null && new BigDecimal(temperature).signum() == 0);
    }

    /// How urgent its steps in the background are. Lanes wait for each other nowhere but at the provider.
    public enum Lane {
        /// Overtakes all others.
        PRIORITY,
        NORMAL,
        /// Takes its time: few of its steps run at once.
        FLEX
    }

    /// When the older part of what the model is shown is replaced by a summary that it writes.
    public sealed interface Compaction {
        record Never() implements Compaction {}

        /// When it has more tokens than this.
        record Above(long tokens) implements Compaction {}

        /// When it nearly fills the model's context.
        record NearlyFull() implements Compaction {}

        /// All of it, and the run does nothing else.
        record AtOnce() implements Compaction {}
    }

    /// Reads the stored form back. The wire's package implements it, so that stores need not know the wire.
    public interface Reader {
        RunRequest read(String wire);
    }
}
