package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.SharedFields;
import dev.turnpike.responses.ToolOffer;
import dev.turnpike.responses.WireText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads the body of a chat completion request, in OpenAI's order: is there a model and messages, are all fields known,
/// is each field right. What this server can't do is refused by name: a field is honoured or the request fails.
public final class CompletionReader {
    private static final Set<String> KNOWN = Set.of(
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
            "user",
            "verbosity",
            "web_search_options");

    /// What is refused, and what to do instead.
    private static final Map<String, String> REFUSED = refused();

    private static final int MOST_CHOICES = 128;
    private static final int MOST_STOPS = 4;

    private final RequestReader requests;
    private final RequestSettings settings;

    /// @param requests reads what is stored of a request back, whichever wire it came on
    public CompletionReader(RequestReader requests, RequestSettings settings) {
        this.requests = requests;
        this.settings = settings;
    }

    private static Map<String, String> refused() {
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("functions", "Describe functions in 'tools'.");
        refused.put("function_call", "Choose a function with 'tool_choice'.");
        refused.put("audio", "This server answers in text only.");
        refused.put("prediction", "Leave it out: it changes no answer, only how fast it comes.");
        refused.put("web_search_options", "This server searches the web with tools only.");
        return refused;
    }

    /// @param json as [dev.turnpike.responses.WireJson#read] gives it
    /// @throws ApiException the body is not a good request; it says where and why
    public CompletionRequest read(JsonNode json) {
        Fields body = Fields.of(json, "");
        present(body);
        refuseUnknown(body);
        validate(body);
        List<Item> input = MessageReader.read(body);
        settings.requireReadable(body.requiredText("model"), input, "messages");
        var offer = ToolOffer.read(body, settings.serverTools(), ToolOffer.Form.COMPLETIONS);
        requireToolsToChoose(body, offer);
        var translation = new Translation(body);
        boolean includeUsage = body.object("stream_options")
                .flatMap(options -> options.flag("include_usage"))
                .orElse(false);
        return new CompletionRequest(
                requests.translated(translation.body(), offer, translation.parameters()),
                input,
                body.flag("stream").orElse(false),
                includeUsage);
    }

    private static void present(Fields body) {
        if (!body.has("model")) {
            throw body.missing("model");
        }
        if (body.has("input")) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "input",
                    "Unsupported parameter: 'input'. In Chat Completions, this parameter is 'messages'.");
        }
        if (!body.has("messages")) {
            throw body.missing("messages");
        }
    }

    private static void refuseUnknown(Fields body) {
        body.allowOnly(KNOWN);
        REFUSED.forEach((name, instead) -> {
            if (body.has(name)) {
                throw unsupported(name, instead);
            }
        });
    }

    private static ApiException unsupported(String name, String instead) {
        return ApiException.invalid(
                "unsupported_parameter", name, "Unsupported parameter: '%s'. %s".formatted(name, instead));
    }

    private void validate(Fields body) {
        String model = body.requiredText("model");
        if (!settings.modelAllowed().test(model)) {
            throw ApiException.modelNotFound(
                    "The model '%s' does not exist or is not allowed here. GET /v1/models lists what is."
                            .formatted(WireText.shown(model)));
        }
        SharedFields.validate(body);
        tokens(body);
        choices(body);
        logprobs(body);
        stops(body);
        logitBias(body);
        seed(body);
        for (String modality : body.texts("modalities")) {
            if (!modality.equals("text")) {
                throw Fields.notAllowed("modalities", modality, List.of("text"));
            }
        }
    }

    private static void tokens(Fields body) {
        OptionalInt now = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt before = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        if (now.isPresent() && before.isPresent()) {
            throw ApiException.invalid(
                    "mutually_exclusive_parameters",
                    "max_tokens",
                    "Mutually exclusive parameters: 'max_tokens' and 'max_completion_tokens'. Give only one of them.");
        }
    }

    private static void choices(Fields body) {
        if (body.integer("n", 1, MOST_CHOICES).orElse(1) > 1) {
            throw ApiException.invalid(
                    "unsupported_value",
                    "n",
                    "Unsupported value: 'n' must be 1. Send the request again for another choice.");
        }
    }

    /// Log probabilities are not kept with what a run put out, so no answer could show them.
    private static void logprobs(Fields body) {
        if (body.flag("logprobs").orElse(false)) {
            throw unsupported("logprobs", "This server does not keep log probabilities.");
        }
        if (body.integer("top_logprobs", 0, 20).orElse(0) > 0) {
            throw unsupported("top_logprobs", "This server does not keep log probabilities.");
        }
    }

    private static void stops(Fields body) {
        JsonNode stop = body.value("stop");
        if (stop == null || stop.isString()) {
            return;
        }
        if (!stop.isArray()) {
            throw ApiException.wrongType("stop", "a string or an array", Fields.kind(stop));
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
            throw ApiException.wrongType("seed", "an integer", Fields.kind(seed));
        }
        if (seed != null && !seed.canConvertToLong()) {
            throw ApiException.invalid(
                    "invalid_value", "seed", "Invalid 'seed': expected an integer of 64 bits at most.");
        }
    }

    private static void requireToolsToChoose(Fields body, ToolOffer offer) {
        boolean none = offer.clientTools().isEmpty() && offer.serverTools().isEmpty();
        JsonNode choice = body.value("tool_choice");
        if (none && choice != null && choice.isString() && choice.asString().equals("required")) {
            throw ApiException.invalid(
                    "invalid_value",
                    "tool_choice",
                    "Invalid 'tool_choice': 'required' is only allowed when 'tools' names at least one tool.");
        }
    }
}
