package dev.turnpike.model;

import dev.turnpike.conversation.ItemTokens;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.tokens.TokenRules;
import dev.turnpike.tokens.Usage;

/// Counts the tokens of a call whose provider did not, or that is not made, and bounds those of one that is to be paid.
public final class UsageEstimate {
    private final TokenCounter counter;

    /// @param counter of whatever model
    public UsageEstimate(TokenCounter counter) {
        this.counter = counter;
    }

    /// By how much a provider may count more than our bound, which takes tools and forms of answers
    /// as JSON, calls with more around them, and images and files at their dearest.
    /// `ReportedUsageTest` prints what is used of it.
    ///
    /// @param tokens in any case
    /// @param toolTokens further ones where there are tools
    /// @param share of what we count
    record Margin(int tokens, int toolTokens, double share) {
        /// None of the rows needs any of it. It is there because no rows show all there is.
        static final Margin OF_OPENAI = new Margin(16, 16, 0.05);

        /// Claude needs most, 506 tokens beside one small tool, then DeepSeek, 238 beside two,
        /// and Qwen, 115 beside one: what they are told of the use of tools. Without tools
        /// it was 24 at most, of Llama asked for a form. The share is for languages that take
        /// more of other encodings than of `o200k_base`: no row has one, so it is caution only.
        static final Margin OF_OTHERS = new Margin(64, 600, 0.3);

        static Margin of(String model) {
            return TokenRules.of(model).openAi() ? OF_OPENAI : OF_OTHERS;
        }

        long fixed(ModelRequest request) {
            return request.tools().isEmpty() ? tokens : (long) tokens + toolTokens;
        }
    }

    /// @param written everything that the model wrote
    public Usage of(ModelRequest request, String written) {
        return Usage.estimated(input(request), counter.of(request.model()).count(written));
    }

    private long input(ModelRequest request) {
        return ItemTokens.about(request.model(), counter)
                .of(
                        FixedTexts.about(
                                request.model(), request.instructions(), request.tools(), request.parameters()),
                        request.items());
    }

    /// More than the provider will report for the prompt, judged by sizes alone: no text has more tokens than bytes.
    /// No encoding is loaded for it.
    public long cheapMost(ModelRequest request) {
        return ItemTokens.cheapMost(request.model()).of(FixedTexts.most(request), request.items())
                + Margin.of(request.model()).fixed(request);
    }

    /// More than the provider will report for the prompt, as far as was measured. It counts, so ask [#cheapMost] first.
    ///
    /// @return at least what [#of] counts
    public long most(ModelRequest request) {
        long counted = mostCounted(request);
        Margin margin = Margin.of(request.model());
        long most = counted + (long) Math.ceil(counted * margin.share) + margin.fixed(request);
        return Math.max(input(request), Math.min(most, cheapMost(request)));
    }

    /// The bound without its margin.
    long mostCounted(ModelRequest request) {
        return ItemTokens.most(request.model(), counter).of(FixedTexts.most(request), request.items());
    }
}
