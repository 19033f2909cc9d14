package dev.turnpike.responses;

import java.util.Set;

/// The names of a request's fields.
final class RequestFields {
    /// What `POST /v1/responses` takes.
    static final Set<String> RESPONSES = Set.of(
            "background",
            "context_management",
            "conversation",
            "frequency_penalty",
            "include",
            "input",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "metadata",
            "model",
            "parallel_tool_calls",
            "presence_penalty",
            "previous_response_id",
            "prompt",
            "prompt_cache_key",
            "prompt_cache_retention",
            "reasoning",
            "safety_identifier",
            "service_tier",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "user");

    /// What of it shapes what a model is shown.
    static final Set<String> COUNTED = Set.of(
            "conversation",
            "input",
            "instructions",
            "model",
            "parallel_tool_calls",
            "previous_response_id",
            "reasoning",
            "text",
            "tool_choice",
            "tools",
            "truncation");

    /// What of it a request to summarise takes.
    static final Set<String> COMPACTED = Set.of(
            "input",
            "instructions",
            "model",
            "previous_response_id",
            "prompt_cache_key",
            "prompt_cache_retention",
            "service_tier");

    private RequestFields() {}
}
