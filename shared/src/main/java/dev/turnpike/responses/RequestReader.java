package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunAdmission.History;
import dev.turnpike.run.RunRequest;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads the body of a create request, in OpenAI's order: is there a model and an input, are all fields known, is
/// each field right. What needs a look into the store is checked on admission.
public final class RequestReader implements RunRequest.Reader {
    private static final Set<String> KNOWN = Set.of(
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
    private static final List<String> TIERS = List.of("auto", "default", "flex", "scale", "priority", "fast");
    private static final List<String> INCLUDES = List.of(
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "message.input_image.image_url",
            "computer_call_output.output.image_url",
            "code_interpreter_call.outputs",
            "reasoning.encrypted_content",
            "message.output_text.logprobs");
    private static final int LEAST_OUTPUT_TOKENS = 16;
    private static final int LONGEST_IDENTIFIER = 512;

    private final JsonMapper mapper;
    private final RequestSettings settings;

    public RequestReader(JsonMapper mapper, RequestSettings settings) {
        this.mapper = mapper;
        this.settings = settings;
    }

    /// @param json as [WireJson#read] gives it
    /// @throws ApiException the body is not a good request; it says where and why
    public CreateRequest read(JsonNode json) {
        Fields body = Fields.of(json, "");
        present(body);
        refuseUnknown(body);
        validate(body);
        List<Item> input = body.has("input") ? InputReader.read(body) : List.of();
        History history = history(body);
        if (input.isEmpty() && history instanceof History.None) {
            throw ApiException.invalid(
                    "missing_required_parameter",
                    null,
                    "Missing required parameter: one of 'input', 'previous_response_id' or 'conversation'"
                            + " must be provided.");
        }
        var offer = ToolOffer.read(body, settings.serverTools());
        boolean stream = body.flag("stream").orElse(false);
        return new CreateRequest(request(body, offer, stored(json, offer)), input, history, stream);
    }

    @Override
    public RunRequest read(String wire) {
        JsonNode json = mapper.readTree(wire);
        Fields body = Fields.of(json, "");
        List<String> serverTools = Fields.of(json.path("turnpike"), "turnpike").texts("server_tools");
        return request(body, ToolOffer.stored(body, serverTools), wire);
    }

    private static void present(Fields body) {
        if (!body.has("model")) {
            throw body.missing("model");
        }
        if (body.has("messages")) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "messages",
                    "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.");
        }
        if (!body.has("input") && !body.has("previous_response_id") && !body.has("conversation")) {
            throw body.missing("input");
        }
    }

    private static void refuseUnknown(Fields body) {
        for (String refused : List.of("prompt", "context_management")) {
            if (body.has(refused)) {
                throw ApiException.invalid(
                        "unsupported_parameter", refused, "Unsupported parameter: '" + refused + "'.");
            }
        }
        body.allowOnly(KNOWN);
    }

    private void validate(Fields body) {
        String model = body.requiredText("model");
        if (!settings.modelAllowed().test(model)) {
            throw ApiException.invalid(
                    "model_not_found",
                    "model",
                    "The requested model '%s' does not exist or is not allowed here. GET /v1/models lists what is."
                            .formatted(WireText.shown(model)));
        }
        body.text("instructions");
        body.flag("store");
        body.flag("background");
        body.flag("parallel_tool_calls");
        body.integer("max_output_tokens", LEAST_OUTPUT_TOKENS, Integer.MAX_VALUE);
        body.integer("max_tool_calls", 1, Integer.MAX_VALUE);
        body.integer("top_logprobs", 0, 20);
        body.decimal("temperature", 0, 2);
        body.decimal("top_p", 0, 1);
        body.decimal("presence_penalty", -2, 2);
        body.decimal("frequency_penalty", -2, 2);
        body.oneOf("truncation", List.of("auto", "disabled"));
        body.oneOf("service_tier", TIERS);
        for (String name : List.of("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")) {
            body.text(name, LONGEST_IDENTIFIER);
        }
        includes(body);
        metadata(body);
        streamOptions(body);
    }

    private static void includes(Fields body) {
        List<String> includes = body.texts("include");
        for (int i = 0; i < includes.size(); i++) {
            if (!INCLUDES.contains(includes.get(i))) {
                throw Fields.notAllowed("include[" + i + "]", includes.get(i), INCLUDES);
            }
        }
    }

    private static void metadata(Fields body) {
        Fields metadata = body.object("metadata").orElse(null);
        if (metadata == null) {
            return;
        }
        if (metadata.object().size() > 16) {
            throw ApiException.invalid(
                    "object_above_max_properties",
                    "metadata",
                    "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got"
                            + " an object with %d properties instead."
                                    .formatted(metadata.object().size()));
        }
        for (String name : metadata.object().propertyNames()) {
            if (name.length() > 64) {
                throw ApiException.invalid(
                        "string_above_max_length",
                        "metadata",
                        "Invalid 'metadata': a key is longer than 64 characters.");
            }
            if (metadata.text(name, 512).isEmpty()) {
                throw ApiException.wrongType(metadata.path(name), "a string", "an object");
            }
        }
    }

    private static void streamOptions(Fields body) {
        body.flag("stream");
        body.object("stream_options").ifPresent(options -> {
            options.flag("include_obfuscation");
            if (!body.flag("stream").orElse(false)) {
                throw ApiException.invalid(
                        "invalid_value",
                        "stream_options",
                        "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
            }
        });
    }

    private static History history(Fields body) {
        JsonNode conversation = body.value("conversation");
        if (conversation != null && body.has("previous_response_id")) {
            throw ApiException.invalid(
                    "mutually_exclusive_parameters",
                    null,
                    "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Give only one of them.");
        }
        if (conversation == null) {
            return body.text("previous_response_id")
                    .<History>map(History.Response::new)
                    .orElse(new History.None());
        }
        return new History.InConversation(
                conversation.isString()
                        ? conversation.asString()
                        : Fields.of(conversation, "conversation").requiredText("id"));
    }

    private RunRequest request(Fields body, ToolOffer offer, String wire) {
        boolean background = body.flag("background").orElse(false);
        OptionalInt maxTokens = body.integer("max_output_tokens", 1, Integer.MAX_VALUE);
        Map<String, String> parameters = Parameters.read(body, settings.temperature());
        return new RunRequest(
                body.requiredText("model"),
                body.text("instructions").orElse(null),
                offer.clientTools(),
                offer.serverTools(),
                offer.choice(),
                body.flag("parallel_tool_calls").orElse(true),
                maxTokens.orElse(settings.maxTokens()),
                parameters,
                !body.text("truncation").orElse("auto").equals("disabled"),
                body.flag("store").orElse(true),
                background,
                background && body.flag("stream").orElse(false),
                wire);
    }

    /// The request as it is kept: without its input, which becomes items, and with the tools it was offered, so that
    /// a change of the deployment between two steps changes nothing.
    private String stored(JsonNode json, ToolOffer offer) {
        ObjectNode kept = ((ObjectNode) json).deepCopy();
        kept.remove("input");
        var serverTools = kept.putObject("turnpike").putArray("server_tools");
        offer.serverTools().forEach(serverTools::add);
        return mapper.writeValueAsString(kept);
    }
}
