package dev.turnpike.responses;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The names of a request's fields, and what becomes of other names.
public final class RequestFields {
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
            "turnpike",
            "user");

    /// What `POST /v1/chat/completions` takes.
    public static final Set<String> COMPLETIONS = Set.of(
            "audio",
            "frequency_penalty",
            "function_call",
            "functions",
            "logit_bias",
            "logprobs",
            "max_completion_tokens",
            "max_tokens",
            "messages",
            "metadata",
            "modalities",
            "model",
            "n",
            "parallel_tool_calls",
            "prediction",
            "presence_penalty",
            "prompt_cache_key",
            "prompt_cache_retention",
            "reasoning_effort",
            "response_format",
            "safety_identifier",
            "seed",
            "service_tier",
            "stop",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "turnpike",
            "user",
            "verbosity",
            "web_search_options");

    /// What of a response's fields shapes what a model is shown.
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

    /// What of them a request to summarise takes.
    static final Set<String> COMPACTED = Set.of(
            "input",
            "instructions",
            "model",
            "previous_response_id",
            "prompt_cache_key",
            "prompt_cache_retention",
            "service_tier");

    /// What would have the provider, or one that it passes requests on to, call another place, show another key or ask
    /// another model, in small letters and without marks between the words.
    private static final Set<String> REDIRECTING = Set.of(
            "apibase",
            "apikey",
            "apitype",
            "apiversion",
            "authorization",
            "baseurl",
            "customllmprovider",
            "defaultheaders",
            "deploymentid",
            "endpoint",
            "extrabody",
            "extraheaders",
            "extraquery",
            "fallbacks",
            "headers",
            "host",
            "modellist",
            "models",
            "organization",
            "project",
            "proxy",
            "url",
            "userconfig");

    /// What no harmless parameter has in its name.
    private static final List<String> TELLING = List.of(
            "endpoint", "apibase", "baseurl", "apikey", "accesskey", "credential", "fallback", "secret", "adtoken");

    private static final Pattern PASSABLE = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");

    private RequestFields() {}

    /// What goes on to the provider as it is, although nothing here knows it.
    ///
    /// @param passes which names the operator lets through
    /// @throws ApiException there is another name that is not known
    public static Map<String, JsonNode> passed(Fields body, Set<String> known, Predicate<String> passes) {
        Map<String, JsonNode> passed = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : body.object().properties()) {
            String name = field.getKey();
            if (known.contains(name)) {
                continue;
            }
            if (!passable(name) || !passes.test(name) || redirectsWithin(field.getValue())) {
                throw body.unknown(name);
            }
            if (!field.getValue().isNull()) {
                passed.put(name, field.getValue());
            }
        }
        return passed;
    }

    /// Whether an operator may let it through at all: it is nothing that we say to the provider ourselves.
    static boolean passable(String name) {
        boolean ours = RESPONSES.contains(name) || COMPLETIONS.contains(name);
        return PASSABLE.matcher(name).matches() && !redirects(name) && (!ours || ChatFields.PLAIN.contains(name));
    }

    static boolean redirects(String name) {
        String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return REDIRECTING.contains(letters) || TELLING.stream().anyMatch(letters::contains);
    }

    /// Gateways take such things in objects of their own, too.
    private static boolean redirectsWithin(JsonNode value) {
        return value.properties().stream()
                        .anyMatch(field -> redirects(field.getKey()) || redirectsWithin(field.getValue()))
                || (value.isArray() && value.valueStream().anyMatch(RequestFields::redirectsWithin));
    }
}
