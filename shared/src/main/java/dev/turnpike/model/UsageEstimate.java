package dev.turnpike.model;

import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.tokens.Usage;
import dev.turnpike.tool.ToolSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Counts the tokens of a call whose provider did not, or that is not made.
public final class UsageEstimate {
    /// What the markup around one message, call, result or tool costs.
    private static final int TOKENS_AROUND = 4;
    /// OpenAI's price of an image at low detail, and of a square one of about 1000 pixels at high detail.
    private static final int LOW_DETAIL_TOKENS = 85;

    private static final int IMAGE_TOKENS = 765;

    private final TokenCounter counter;

    public UsageEstimate(TokenCounter counter) {
        this.counter = counter;
    }

    /// @param written everything that the model wrote
    public Usage of(ModelRequest request, String written) {
        long input = tokens(request.instructions());
        for (Item item : request.items()) {
            input += tokens(item);
        }
        for (ToolSpec tool : request.tools()) {
            input += TOKENS_AROUND + tokens(tool.name()) + tokens(tool.description()) + tokens(tool.parameters());
        }
        return Usage.estimated(input, tokens(written));
    }

    private long tokens(Item item) {
        return switch (item) {
            case Item.Message message ->
                TOKENS_AROUND + message.parts().stream().mapToLong(this::tokens).sum();
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
            case Part.Image image -> Objects.equals(image.detail(), "low") ? LOW_DETAIL_TOKENS : IMAGE_TOKENS;
        };
    }

    private long tokens(@Nullable String text) {
        return text == null ? 0 : counter.count(text);
    }
}
