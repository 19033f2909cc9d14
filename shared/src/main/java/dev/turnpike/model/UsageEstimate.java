package dev.turnpike.model;

import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.tokens.Usage;
import dev.turnpike.tool.ToolSpec;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Counts the tokens of a call whose provider did not, or that is not made, and bounds those of one that is to be paid.
public final class UsageEstimate {
    /// What the markup around one message, call, result or tool costs.
    private static final int TOKENS_AROUND = 4;
    /// OpenAI's price of an image at low detail, and of a square one of about 1000 pixels at high detail.
    private static final int LOW_DETAIL_TOKENS = 85;

    private static final int IMAGE_TOKENS = 765;

    /// OpenAI's for the dearest image: eight tiles, asked of gpt-4o-mini.
    private static final int MOST_IMAGE_TOKENS = 2_833 + 8 * 5_667;

    /// By this much, and by this share, a provider may count more than we do.
    private static final int MARGIN_TOKENS = 64;

    private static final double MARGIN = 0.25;

    private final TokenCounter counter;

    public UsageEstimate(TokenCounter counter) {
        this.counter = counter;
    }

    /// @param written everything that the model wrote
    public Usage of(ModelRequest request, String written) {
        return Usage.estimated(new Sum(this::count, false).of(request), count(written));
    }

    /// More than the provider will report for the prompt, judged by sizes alone: no text has more tokens than bytes.
    /// No encoding is loaded for it.
    public long cheapMost(ModelRequest request) {
        return withMargin(new Sum(TokenCounter::atMost, true).of(request));
    }

    /// More than the provider will report for the prompt, as far as was measured. It counts, so ask [#cheapMost] first.
    ///
    /// @return at least what [#of] counts
    public long most(ModelRequest request) {
        return withMargin(new Sum(this::count, true).of(request));
    }

    private static long withMargin(long tokens) {
        return tokens + (long) Math.ceil(tokens * MARGIN) + MARGIN_TOKENS;
    }

    private long count(String text) {
        return counter.count(text);
    }

    /// @param text tokens of a text, counted or bounded
    /// @param most whether attachments count as what they cost at most
    private record Sum(ToLongFunction<String> text, boolean most) {
        long of(ModelRequest request) {
            long input = tokens(request.instructions());
            for (Item item : request.items()) {
                input += tokens(item);
            }
            for (ToolSpec tool : request.tools()) {
                input += TOKENS_AROUND + tokens(tool.name()) + tokens(tool.description()) + tokens(tool.parameters());
            }
            return input + (most ? tokens(request.parameters().get("response_format")) : 0);
        }

        private long tokens(Item item) {
            return switch (item) {
                case Item.Message message ->
                    TOKENS_AROUND
                            + message.parts().stream().mapToLong(this::tokens).sum();
                case Item.ToolCall call -> TOKENS_AROUND + tokens(call.name()) + tokens(call.arguments());
                case Item.ToolResult result ->
                    TOKENS_AROUND
                            + tokens(result.output())
                            + result.parts().stream()
                                    .filter(Part::isAttachment)
                                    .mapToLong(this::tokens)
                                    .sum();
                case Item.Compaction compaction ->
                    TOKENS_AROUND + tokens(compaction.summary()) + tokens(compaction.latestRequest());
                case Item.Draft draft -> 2 * TOKENS_AROUND + tokens(draft.text()) + tokens(draft.mistakes());
                case Item.Reasoning _, Item.ApprovalRequest _, Item.Approval _ -> 0;
            };
        }

        private long tokens(Part part) {
            return switch (part) {
                case Part.Text(String text) -> tokens(text);
                case Part.Refusal(String text) -> tokens(text);
                case Part.File file ->
                    tokens(file.name()) + (file.isPdf() ? ContextWindow.pdfTokens(file) : tokens(file.text()));
                case Part.Video video -> ContextWindow.videoTokens(video);
                case Part.Image image when most -> MOST_IMAGE_TOKENS;
                case Part.Image image -> Objects.equals(image.detail(), "low") ? LOW_DETAIL_TOKENS : IMAGE_TOKENS;
            };
        }

        private long tokens(@Nullable String text) {
            return text == null ? 0 : this.text.applyAsLong(text);
        }
    }
}
