package dev.turnpike.model;

import dev.turnpike.conversation.Item;
import dev.turnpike.tool.ToolSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One call of a model.
///
/// @param instructions system text put before the items; null for none
/// @param items the context, oldest first; it may hold tool calls whose result is missing or not adjacent, which the
///     client puts in the order that providers demand
/// @param tools offered to the model; empty for none
/// @param maxOutputTokens never unlimited
/// @param parameters further Chat Completions parameters by name (`temperature`, `seed`, …), each as JSON text
public record ModelRequest(
        String model,
        @Nullable String instructions,
        List<Item> items,
        List<ToolSpec> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        int maxOutputTokens,
        Map<String, String> parameters) {
    /// The same asked of another model.
    public ModelRequest of(String other) {
        return new ModelRequest(
                other, instructions, items, tools, toolChoice, parallelToolCalls, maxOutputTokens, parameters);
    }
}
