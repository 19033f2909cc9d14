package dev.turnpike.conversation;

import dev.turnpike.conversation.Item.Part;
import dev.turnpike.tokens.ImageSize;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.tokens.TokenRules;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What texts and items add to a model's prompt. There is one definition of it, for windows, estimates and bounds
/// alike; they differ in how a text is measured, and in what they take for a thing whose size nobody knows.
///
/// What stands around texts was measured: `ReportedUsageTest`.
public final class ItemTokens {
    /// The role of a message and the markers around it.
    private static final int AROUND_MESSAGE = 4;

    /// What the markers of the answer take that is to follow the prompt.
    private static final int BEFORE_ANSWER = 3;

    private static final int BEFORE_NAME = 1;

    /// A call is a message of the assistant with markers of its own; those of two calls side by side take more.
    private static final int AROUND_CALL = AROUND_MESSAGE + 8;

    private static final int MOST_AROUND_CALL = AROUND_CALL + 8;

    private final ToLongFunction<String> text;
    private final TokenRules rules;
    private final boolean most;

    private ItemTokens(ToLongFunction<String> text, TokenRules rules, boolean most) {
        this.text = text;
        this.rules = rules;
        this.most = most;
    }

    /// About what the model takes.
    ///
    /// @param counter of whatever model
    public static ItemTokens about(String model, TokenCounter counter) {
        return new ItemTokens(counter.of(model)::count, TokenRules.of(model), false);
    }

    /// Texts counted, anything else bounded.
    ///
    /// @param counter of whatever model
    public static ItemTokens most(String model, TokenCounter counter) {
        return new ItemTokens(counter.of(model)::count, TokenRules.of(model), true);
    }

    /// All bounded by size: no text has more tokens than bytes. Nothing is loaded and nothing counted.
    public static ItemTokens cheapMost(String model) {
        return new ItemTokens(TokenCounter::atMost, TokenRules.of(model), true);
    }

    /// All that a call sends.
    ///
    /// @param fixed texts that stand before the items: instructions, tools
    public long of(List<String> fixed, List<Item> items) {
        long tokens = (long) rules.before() + BEFORE_ANSWER;
        for (String words : fixed) {
            tokens += AROUND_MESSAGE + of(words);
        }
        for (Item item : items) {
            tokens += of(item);
        }
        return tokens;
    }

    public long of(@Nullable String words) {
        return words == null || words.isEmpty() ? 0 : text.applyAsLong(words);
    }

    public long of(Item item) {
        return switch (item) {
            case Item.Message message -> AROUND_MESSAGE + name(message.name()) + of(message.parts());
            case Item.ToolCall call -> aroundCall() + of(call.name()) + of(call.arguments());
            case Item.ToolResult result ->
                AROUND_MESSAGE
                        + of(result.output())
                        + of(result.parts().stream().filter(Part::isAttachment).toList());
            case Item.Compaction compaction ->
                AROUND_MESSAGE + of(compaction.summary()) + of(compaction.latestRequest());
            case Item.Draft draft -> 2 * AROUND_MESSAGE + of(draft.text()) + of(draft.mistakes());
            case Item.Reasoning _, Item.ApprovalRequest _, Item.Approval _ -> 0;
        };
    }

    private long name(@Nullable String name) {
        return name == null ? 0 : BEFORE_NAME + of(name);
    }

    private int aroundCall() {
        return most ? MOST_AROUND_CALL : AROUND_CALL;
    }

    private long of(List<Part> parts) {
        return parts.stream().mapToLong(this::of).sum();
    }

    private long of(Part part) {
        return switch (part) {
            case Part.Text(String words) -> of(words);
            case Part.Refusal(String words) -> of(words);
            case Part.File file -> of(file.name()) + (file.isPdf() ? MediaTokens.of(file, most) : of(file.text()));
            case Part.Video video -> MediaTokens.of(video, most);
            case Part.Image image -> of(image);
        };
    }

    private long of(Part.Image image) {
        Optional<ImageSize> size = MediaTokens.size(image);
        return most ? rules.images().most(size, image.detail()) : rules.images().about(size, image.detail());
    }
}
