package dev.turnpike.demo;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Map;
import java.util.TreeMap;

/// Counts every token that the model was asked and answered, by a rule of its own, so that somebody else's books can be
/// compared with it.
///
/// The rule: a prompt is the o200k tokens of its messages and tools as JSON; an answer is those of its text, or of the
/// names and arguments of its calls; as far as it went.
public final class TokenMeter {
    /// What one model was asked and answered.
    ///
    /// @param answered requests whose answer went out to its end, with their tokens
    /// @param broken requests whose answer broke off, with their tokens, which the client was not told
    /// @param failed requests that were refused with an error status; they cost nothing
    public record Totals(
            long answered,
            long promptTokens,
            long completionTokens,
            long broken,
            long brokenPromptTokens,
            long brokenCompletionTokens,
            long failed) {
        static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0);

        /// Of answers that were complete.
        public long totalTokens() {
            return promptTokens + completionTokens;
        }

        Totals plus(Totals more) {
            return new Totals(
                    answered + more.answered,
                    promptTokens + more.promptTokens,
                    completionTokens + more.completionTokens,
                    broken + more.broken,
                    brokenPromptTokens + more.brokenPromptTokens,
                    brokenCompletionTokens + more.brokenCompletionTokens,
                    failed + more.failed);
        }
    }

    private final Map<String, Totals> totals = new TreeMap<>();

    /// Totals by model, as of now.
    public synchronized Map<String, Totals> totals() {
        return Map.copyOf(totals);
    }

    public synchronized Totals totals(String model) {
        return totals.getOrDefault(model, Totals.NONE);
    }

    int count(String text) {
        return O200k.ENCODING.countTokensOrdinary(text);
    }

    /// The text as far as that many tokens go.
    String cut(String text, int maxTokens) {
        // A token is at least one byte, so most answers need no count.
        return text.length() <= maxTokens
                ? text
                : O200k.ENCODING.decode(
                        O200k.ENCODING.encodeOrdinary(text, maxTokens).getTokens());
    }

    synchronized void answered(String model, int promptTokens, int completionTokens) {
        totals.merge(model, new Totals(1, promptTokens, completionTokens, 0, 0, 0, 0), Totals::plus);
    }

    synchronized void broken(String model, long promptTokens, long completionTokens) {
        totals.merge(model, new Totals(0, 0, 0, 1, promptTokens, completionTokens, 0), Totals::plus);
    }

    synchronized void failed(String model) {
        totals.merge(model, new Totals(0, 0, 0, 0, 0, 0, 1), Totals::plus);
    }

    /// Half a second and 75 MB when it is first used, so not before.
    private static final class O200k {
        static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }
}
