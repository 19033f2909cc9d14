package dev.turnpike.responses;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The parameters that Chat Completions and the queue's envelopes have, and the Responses API has not.
public final class ChatFields {
    /// Those that have no place in a request of the Responses API, and go on to the provider as they are.
    static final List<String> PLAIN = List.of("stop", "seed", "logit_bias");

    /// Those that both wires have under one name.
    private static final List<String> SAME_NAME = List.of(
            "temperature",
            "top_p",
            "presence_penalty",
            "frequency_penalty",
            "metadata",
            "service_tier",
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            RequestReader.OURS);

    private static final int MOST_CHOICES = 128;
    private static final int MOST_STOPS = 4;

    private ChatFields() {}

    /// @throws ApiException one of them is wrong
    public static void validate(Fields body) {
        tokens(body);
        choices(body);
        stops(body);
        logitBias(body);
        seed(body);
    }

    /// Puts those into a request of the Responses API that have a place there.
    public static void translate(Fields from, ObjectNode to) {
        SAME_NAME.forEach(name -> copy(from, name, to, name));
        copy(from, "max_tokens", to, "max_output_tokens");
        copy(from, "max_completion_tokens", to, "max_output_tokens");
        SharedFields.effort(from, "reasoning_effort")
                .ifPresent(effort -> to.putObject("reasoning").put("effort", effort));
    }

    /// @param newName what it is called there
    public static void copy(Fields from, String name, ObjectNode to, String newName) {
        JsonNode value = from.value(name);
        if (value != null) {
            to.set(newName, value);
        }
    }

    /// Those that go on to the provider under their names.
    public static Map<String, JsonNode> ofChatAlone(Fields body) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (String name : PLAIN) {
            JsonNode value = body.value(name);
            if (value != null) {
                parameters.put(name, value);
            }
        }
        return parameters;
    }

    private static void tokens(Fields body) {
        OptionalInt now = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt before = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        if (now.isPresent() && before.isPresent()) {
            throw ApiException.invalid(
                    "mutually_exclusive_parameters",
                    body.path("max_tokens"),
                    "Mutually exclusive parameters: 'max_tokens' and 'max_completion_tokens'. Give only one of them.");
        }
    }

    private static void choices(Fields body) {
        if (body.integer("n", 1, MOST_CHOICES).orElse(1) > 1) {
            throw ApiException.invalid(
                    "unsupported_value",
                    body.path("n"),
                    "Unsupported value: 'n' must be 1. Send the request again for another choice.");
        }
    }

    private static void stops(Fields body) {
        JsonNode stop = body.value("stop");
        if (stop == null || stop.isString()) {
            return;
        }
        if (!stop.isArray()) {
            throw ApiException.wrongType(body.path("stop"), "a string or an array", Fields.kind(stop));
        }
        body.atMost("stop", body.texts("stop").size(), MOST_STOPS);
    }

    private static void logitBias(Fields body) {
        body.object("logit_bias").ifPresent(bias -> {
            for (String token : bias.object().propertyNames()) {
                if (bias.decimal(token, -100, 100).isEmpty()) {
                    throw ApiException.wrongType(bias.path(WireText.shown(token)), "a decimal", "an object");
                }
            }
        });
    }

    private static void seed(Fields body) {
        JsonNode seed = body.value("seed");
        if (seed != null && !seed.isIntegralNumber()) {
            throw ApiException.wrongType(body.path("seed"), "an integer", Fields.kind(seed));
        }
        if (seed != null && !seed.canConvertToLong()) {
            throw ApiException.invalid(
                    "invalid_value", body.path("seed"), "Invalid 'seed': expected an integer of 64 bits at most.");
        }
    }
}
