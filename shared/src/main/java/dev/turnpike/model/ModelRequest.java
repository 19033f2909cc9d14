package dev.turnpike.model;

import dev.turnpike.conversation.Item;
import dev.turnpike.schema.AnswerFormat;
import dev.turnpike.tool.ToolSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One call of a model.
///
/// @param instructions system text put before the items; null for none
/// @param items the context, oldest first; it may hold tool calls whose result is missing or not adjacent, which the
///     client puts in the order that providers demand
/// @param tools offered to the model; empty for none
/// @param maxOutputTokens never unlimited
/// @param parameters further Chat Completions parameters by name (`temperature`, `seed`, …), each as JSON text
/// @param cache how its answer may be kept and used again; null for not at all
public record ModelRequest(
        String model,
        @Nullable String instructions,
        List<Item> items,
        List<ToolSpec> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        int maxOutputTokens,
        Map<String, String> parameters,
        @Nullable CacheUse cache) {

    /// A call whose answer is for this time only.
    public ModelRequest(
            String model,
            @Nullable String instructions,
            List<Item> items,
            List<ToolSpec> tools,
            ToolChoice toolChoice,
            boolean parallelToolCalls,
            int maxOutputTokens,
            Map<String, String> parameters) {
        this(model, instructions, items, tools, toolChoice, parallelToolCalls, maxOutputTokens, parameters, null);
    }

    /// The same asked of another model.
    public ModelRequest of(String other) {
        return new ModelRequest(
                other, instructions, items, tools, toolChoice, parallelToolCalls, maxOutputTokens, parameters, cache);
    }

    /// The same with another limit of its output.
    public ModelRequest limited(int outputTokens) {
        return new ModelRequest(
                model, instructions, items, tools, toolChoice, parallelToolCalls, outputTokens, parameters, cache);
    }

    /// The same with another parameter, or another value of it.
    ///
    /// @param json its value
    public ModelRequest with(String parameter, String json) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(parameter, json);
        return new ModelRequest(
                model, instructions, items, tools, toolChoice, parallelToolCalls, maxOutputTokens, more, cache);
    }

    /// As a provider without peculiarities would be sent it, its parameters in the order of their names: the same bytes
    /// for calls that ask the same.
    public byte[] written() {
        var sorted = new ModelRequest(
                model,
                instructions,
                items,
                tools,
                toolChoice,
                parallelToolCalls,
                maxOutputTokens,
                new TreeMap<>(parameters));
        return new ChatRequestWriter(Dialect.COMPATIBLE).write(sorted);
    }

    /// @param tenant whose requests may be given the answer; nobody else's
    /// @param timeToLive how long
    /// @param format what a final answer must be to be kept; null for any text
    public record CacheUse(
            String tenant, Duration timeToLive, @Nullable AnswerFormat format) {}
}
