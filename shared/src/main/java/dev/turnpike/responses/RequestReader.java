package dev.turnpike.responses;

import dev.turnpike.admission.Past;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunRequest.Compaction;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads the body of a create request, in OpenAI's order: is there an input, are all fields known, is each field
/// right. What needs a look into the store is checked on admission.
public final class RequestReader implements RunRequest.Reader {
    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final String NO_LOGPROBS = "This server does not keep log probabilities.";

    /// What they ask for is shown in any case, or can't exist here. So clients may send what they send everywhere.
    private static final List<String> INCLUDES = List.of(
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "message.input_image.image_url",
            "computer_call_output.output.image_url",
            "code_interpreter_call.outputs",
            "reasoning.encrypted_content",
            LOGPROBS);
    private static final Set<String> OF_REASONING = Set.of("effort", "summary", "generate_summary");
    private static final Set<String> OF_TEXT = Set.of("format", "verbosity");
    private static final int LEAST_OUTPUT_TOKENS = 16;

    /// The field of whatever is asked of this server alone.
    static final String OURS = "turnpike";

    /// Longer names are no models', and names are kept in many places.
    public static final int LONGEST_MODEL = 256;

    private final JsonMapper mapper;
    private final RequestSettings settings;
    private final Predicate<String> modelOfCaller;

    public RequestReader(JsonMapper mapper, RequestSettings settings) {
        this(mapper, settings, _ -> true);
    }

    private RequestReader(JsonMapper mapper, RequestSettings settings, Predicate<String> modelOfCaller) {
        this.mapper = mapper;
        this.settings = settings;
        this.modelOfCaller = modelOfCaller;
    }

    /// The same for a caller who may use less.
    ///
    /// @param model which of the models that are allowed here
    /// @param tool which of our tools
    public RequestReader narrowedTo(Predicate<String> model, Predicate<String> tool) {
        return new RequestReader(mapper, settings.withTools(tool), model);
    }

    /// Whether a request may name the model.
    public boolean allows(String model) {
        return settings.modelAllowed().test(model) && modelOfCaller.test(model);
    }

    /// Refuses a model that is allowed here, but not to this caller.
    ///
    /// @throws ApiException it is not
    public void requireOfCaller(String model) {
        if (!modelOfCaller.test(model)) {
            throw ApiException.modelForbidden("This API key has no access to the model '" + WireText.shown(model)
                    + "'. GET /v1/models lists what it may use.");
        }
    }

    /// Whether the operator lets a parameter through that nothing here knows.
    boolean passes(String name) {
        return RequestFields.passable(name) && settings.passes().test(name);
    }

    /// A request that can refer to nothing that is stored.
    ///
    /// @param json as [WireJson#read] gives it
    /// @throws ApiException the body is not a good request; it says where and why
    public CreateRequest read(JsonNode json) {
        return read(json, Past.NONE);
    }

    /// @param past what it can refer to
    /// @throws ApiException the body is not a good request; it says where and why
    public CreateRequest read(JsonNode json, Past past) {
        return read(json, past, Map.of());
    }

    /// @param more parameters that this wire has no field for, by their names in Chat Completions
    CreateRequest read(JsonNode json, Past past, Map<String, JsonNode> more) {
        Fields asked = Fields.of(json, "");
        present(asked);
        Map<String, JsonNode> parameters = passed(asked);
        parameters.putAll(more);
        validate(asked);
        List<Item> input = asked.has("input") ? InputReader.read(asked, past::items) : List.of();
        History history = history(asked);
        if (input.isEmpty() && history instanceof History.None) {
            throw ApiException.invalid(
                    "missing_required_parameter",
                    null,
                    "Missing required parameter: one of 'input', 'previous_response_id' or 'conversation'"
                            + " must be provided.");
        }
        Fields body =
                settings.models().named(asked, input, () -> past.model(history).filter(this::allows));
        requireOfCaller(body.requiredText("model"));
        settings.requireReadable(body.requiredText("model"), input, "input");
        var offer = ToolOffer.read(body, settings.serverTools().get(), ToolOffer.Form.RESPONSES);
        boolean stream = body.flag("stream").orElse(false);
        return new CreateRequest(kept(body, offer, parameters), input, history, stream);
    }

    /// The same of a request whose prompt is only to be counted.
    ///
    /// @throws ApiException the body is not a good request; it says where and why
    public CreateRequest readToCount(JsonNode json, Past past) {
        Fields body = Fields.of(json, "");
        present(body);
        body.allowOnly(RequestFields.COUNTED);
        return read(json, past);
    }

    /// A request to summarise a conversation, and to do nothing else.
    ///
    /// @throws ApiException the body is not a good request; it says where and why
    public CreateRequest readToCompact(JsonNode json, Past past) {
        Fields body = Fields.of(json, "");
        present(body);
        body.allowOnly(RequestFields.COMPACTED);
        ObjectNode whole = ((ObjectNode) json).deepCopy();
        whole.put("store", false).putArray("tools");
        CreateRequest request = read(whole, past);
        whole.put("model", request.request().model()).remove("input");
        OwnFields.compactOnly(whole);
        return new CreateRequest(read(mapper.writeValueAsString(whole)), request.input(), request.history(), false);
    }

    /// A run in the background that undoes what another has done, for the same end.
    ///
    /// @param response the id of the run that is undone
    /// @param tools that it calls
    public RunRequest toUndo(RunRequest undone, String response, Set<String> tools) {
        ObjectNode body = mapper.createObjectNode();
        body.put("model", undone.model()).put("background", true).put("parallel_tool_calls", false);
        OwnFields.undo(body, response, tools);
        return read(mapper.writeValueAsString(body));
    }

    @Override
    public RunRequest read(String wire) {
        JsonNode json = mapper.readTree(wire);
        Fields body = Fields.of(json, "");
        return request(body, ToolOffer.stored(body, OwnFields.serverTools(body)), wire);
    }

    /// A request that came on another wire, which has validated it and put it in this one's form, so that it is kept
    /// and read back as all are.
    ///
    /// @param body without its input; what is ours is added to it
    /// @param parameters what this wire has no field for, by its name in Chat Completions
    public RunRequest translated(ObjectNode body, ToolOffer offer, Map<String, JsonNode> parameters) {
        return stored(body, offer, ToolOffer.Form.COMPLETIONS, parameters);
    }

    private RunRequest stored(ObjectNode body, ToolOffer offer, ToolOffer.Form form, Map<String, JsonNode> parameters) {
        ObjectNode ours = OwnFields.keep(body, offer, form);
        if (!parameters.isEmpty()) {
            ours.putObject("parameters").setAll(parameters);
        }
        return request(Fields.of(body, ""), offer, mapper.writeValueAsString(body));
    }

    private static void present(Fields body) {
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

    private Map<String, JsonNode> passed(Fields body) {
        if (body.has("prompt")) {
            throw unsupported("prompt", "Prompts are not stored here; send 'instructions' and 'input'.");
        }
        return RequestFields.passed(body, RequestFields.RESPONSES, settings.passes());
    }

    private void validate(Fields body) {
        body.text("model", LONGEST_MODEL)
                .filter(model -> !settings.modelAllowed().test(model))
                .ifPresent(model -> {
                    throw ApiException.invalid(
                            "model_not_found",
                            "model",
                            "The requested model '%s' does not exist or is not allowed here. GET /v1/models lists what is."
                                    .formatted(WireText.shown(model)));
                });
        body.text("model").ifPresent(this::requireOfCaller);
        body.text("instructions");
        body.flag("background");
        body.integer("max_output_tokens", LEAST_OUTPUT_TOKENS, Integer.MAX_VALUE);
        body.integer("max_tool_calls", 1, Integer.MAX_VALUE);
        body.oneOf("truncation", List.of("auto", "disabled"));
        ContextManagement.read(body);
        includes(body);
        body.object("text").ifPresent(text -> text.allowOnly(OF_TEXT));
        body.object("reasoning").ifPresent(RequestReader::reasoning);
        SharedFields.validate(body);
        if (body.integer("top_logprobs", 0, 20).orElse(0) > 0) {
            throw unsupported("top_logprobs", NO_LOGPROBS);
        }
        TextFormat.validate(body);
    }

    /// What a provider keeps of earlier reasoning, and how it reasons, Chat Completions can't ask it for.
    private static void reasoning(Fields reasoning) {
        for (String name : List.of("context", "mode")) {
            if (reasoning.has(name)) {
                throw unsupported(reasoning.path(name), "Choose a model, or 'effort', instead.");
            }
        }
        reasoning.allowOnly(OF_REASONING);
    }

    private static ApiException unsupported(String path, String instead) {
        return ApiException.invalid(
                "unsupported_parameter", path, "Unsupported parameter: '%s'. %s".formatted(path, instead));
    }

    private static void includes(Fields body) {
        List<String> includes = body.texts("include");
        for (int i = 0; i < includes.size(); i++) {
            if (!INCLUDES.contains(includes.get(i))) {
                throw Fields.notAllowed("include[" + i + "]", includes.get(i), INCLUDES);
            }
            if (includes.get(i).equals(LOGPROBS)) {
                throw ApiException.invalid(
                        "unsupported_value",
                        "include[" + i + "]",
                        "Unsupported value: '" + LOGPROBS + "'. " + NO_LOGPROBS);
            }
        }
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
        body.object(OURS)
                .flatMap(ours -> ours.object("parameters"))
                .ifPresent(more -> more.object()
                        .properties()
                        .forEach(field ->
                                parameters.put(field.getKey(), field.getValue().toString())));
        return new RunRequest(
                body.requiredText("model"),
                body.text("instructions").orElse(null),
                offer.clientTools(),
                offer.serverTools(),
                offer.askFirst(),
                offer.choice(),
                body.flag("parallel_tool_calls").orElse(true),
                body.integer("max_tool_calls", 1, Integer.MAX_VALUE).orElse(Integer.MAX_VALUE),
                maxTokens.orElse(settings.maxTokens()),
                parameters,
                TextFormat.read(body).orElse(null),
                compaction(body),
                !body.text("truncation").orElse("auto").equals("disabled"),
                body.flag("store").orElse(true),
                background,
                background && body.flag("stream").orElse(false),
                SharedFields.lane(body),
                body.object(OURS).flatMap(CacheField::read).orElse(null),
                OwnFields.calls(body),
                wire);
    }

    private Compaction compaction(Fields body) {
        return OwnFields.compactsOnly(body)
                ? new Compaction.AtOnce()
                : ContextManagement.read(body).orElse(settings.compaction());
    }

    /// The request as it is kept: without its input, which becomes items, and with the tools it was offered, so that
    /// a change of the deployment between two steps changes nothing.
    private RunRequest kept(Fields body, ToolOffer offer, Map<String, JsonNode> parameters) {
        ObjectNode kept = ((ObjectNode) body.object()).deepCopy();
        kept.remove("input");
        return stored(kept, offer, ToolOffer.Form.RESPONSES, parameters);
    }
}
