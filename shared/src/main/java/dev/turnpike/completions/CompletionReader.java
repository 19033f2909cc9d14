package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.ChatFields;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.RequestFields;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.SharedFields;
import dev.turnpike.responses.ToolOffer;
import dev.turnpike.responses.WireText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Reads the body of a chat completion request, in OpenAI's order: are there messages, are all fields known, is each
/// field right. What this server can't do is refused by name: a field is honoured or the request fails.
public final class CompletionReader {
    /// What is refused, and what to do instead.
    private static final Map<String, String> REFUSED = refused();

    private final RequestReader requests;
    private final RequestSettings settings;

    /// @param requests reads what is stored of a request back, whichever wire it came on
    public CompletionReader(RequestReader requests, RequestSettings settings) {
        this.requests = requests;
        this.settings = settings;
    }

    /// The same for a caller who may use less.
    ///
    /// @param model which of the models that are allowed here
    /// @param tool which of our tools
    public CompletionReader narrowedTo(Predicate<String> model, Predicate<String> tool) {
        return new CompletionReader(requests.narrowedTo(model, tool), settings.withTools(tool));
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
        Fields asked = Fields.of(json, "");
        present(asked);
        Map<String, JsonNode> passed = RequestFields.passed(asked, RequestFields.COMPLETIONS, settings.passes());
        refuse(asked);
        validate(asked);
        List<Item> input = MessageReader.read(asked);
        Fields body = settings.models().named(asked, input, Optional::empty);
        requests.requireOfCaller(body.requiredText("model"));
        settings.requireReadable(body.requiredText("model"), input, "messages");
        var offer = ToolOffer.read(body, settings.serverTools().get(), ToolOffer.Form.COMPLETIONS);
        requireToolsToChoose(body, offer);
        var translation = new Translation(body);
        passed.putAll(ChatFields.ofChatAlone(body));
        boolean includeUsage = body.object("stream_options")
                .flatMap(options -> options.flag("include_usage"))
                .orElse(false);
        return new CompletionRequest(
                requests.translated(translation.body(), offer, passed),
                input,
                body.flag("stream").orElse(false),
                includeUsage);
    }

    private static void present(Fields body) {
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

    private static void refuse(Fields body) {
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
        body.text("model", RequestReader.LONGEST_MODEL)
                .filter(model -> !settings.modelAllowed().test(model))
                .ifPresent(model -> {
                    throw ApiException.modelNotFound(
                            "The model '%s' does not exist or is not allowed here. GET /v1/models lists what is."
                                    .formatted(WireText.shown(model)));
                });
        body.text("model").ifPresent(requests::requireOfCaller);
        SharedFields.validate(body);
        ChatFields.validate(body);
        logprobs(body);
        for (String modality : body.texts("modalities")) {
            if (!modality.equals("text")) {
                throw Fields.notAllowed("modalities", modality, List.of("text"));
            }
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
