package dev.turnpike.responses;

import dev.turnpike.model.ToolChoice;
import dev.turnpike.tool.ToolSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The tools of a request: the caller's functions, and which of ours it is offered.
///
/// Ours are named in OpenAI's own form, a tool of type `mcp` with the label `turnpike`; its `allowed_tools` is a hard
/// limit.
public record ToolOffer(List<ToolSpec> clientTools, List<String> serverTools, Set<String> askFirst, ToolChoice choice) {
    static final String SERVER_LABEL = "turnpike";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final List<String> TYPES = List.of("function", "mcp");
    private static final String ALLOWED_TOOLS = "allowed_tools";
    private static final List<String> ELSEWHERE = List.of("server_url", "connector_id", "headers", "authorization");
    private static final List<String> MODES = List.of("none", "auto", "required");

    /// How a wire puts a function, and what it offers of ours to a request that names none of them.
    public enum Form {
        /// A function's name lies in the tool itself. All of ours are offered.
        RESPONSES,

        /// A function's name lies in the tool's `function`. None of ours are offered: whoever speaks Chat Completions
        /// knows nothing of tools that run on the server, and would be surprised by what they do.
        COMPLETIONS;

        private Fields function(Fields tool) {
            return this == RESPONSES ? tool : tool.object("function").orElseThrow(() -> tool.missing("function"));
        }

        private Set<String> askFirst(Fields tool, List<String> narrowed) {
            Set<String> asking = ToolApproval.read(tool, narrowed);
            if (this == COMPLETIONS && !asking.isEmpty()) {
                throw ApiException.invalid(
                        "unsupported_value",
                        tool.path("require_approval"),
                        "Chat Completions has no way to ask for approval: use the Responses API, or 'never'.");
            }
            return asking;
        }

        private List<String> unasked(List<String> offered) {
            return this == RESPONSES ? offered : List.of();
        }
    }

    /// @param offered names of our tools that the caller may use
    public static ToolOffer read(Fields body, List<String> offered, Form form) {
        List<ToolSpec> clientTools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        @Nullable List<String> narrowed = null;
        Set<String> askFirst = Set.of();
        for (Fields tool : body.objects("tools")) {
            String type = tool.requiredText("type");
            switch (type) {
                case "function" -> clientTools.add(function(form.function(tool), names));
                case "mcp" -> {
                    if (narrowed != null) {
                        throw ApiException.invalid(
                                "invalid_value",
                                tool.path("server_label"),
                                "Duplicate server_label '" + SERVER_LABEL
                                        + "'. Name all tools in one 'allowed_tools'.");
                    }
                    narrowed = narrowed(tool, offered);
                    askFirst = form.askFirst(tool, narrowed);
                }
                default -> throw Fields.notAllowed(tool.path("type"), type, TYPES);
            }
        }
        return of(body, clientTools, names, narrowed == null ? form.unasked(offered) : narrowed, askFirst, form);
    }

    /// The same of a request that has been read before.
    ///
    /// @param serverTools what it was offered then, whatever is offered now
    static ToolOffer stored(Fields body, List<String> serverTools) {
        List<ToolSpec> clientTools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> askFirst = Set.of();
        for (Fields tool : body.objects("tools")) {
            if (tool.requiredText("type").equals("function")) {
                clientTools.add(function(tool, names));
            } else {
                askFirst = ToolApproval.read(tool, serverTools);
            }
        }
        return of(body, clientTools, names, serverTools, askFirst, Form.RESPONSES);
    }

    /// A function of the caller's hides ours of the same name: the caller asked for its own.
    private static ToolOffer of(
            Fields body,
            List<ToolSpec> clientTools,
            Set<String> names,
            List<String> serverTools,
            Set<String> askFirst,
            Form form) {
        List<String> ours = serverTools.stream()
                .filter(name -> !names.contains(name))
                .distinct()
                .toList();
        names.addAll(ours);
        var whole = new ToolOffer(clientTools, ours, askFirst, ToolChoice.AUTO);
        Optional<Fields> allowed = allowed(body, form);
        return allowed.isPresent()
                ? whole.narrowedTo(allowed.get(), names, form)
                : new ToolOffer(clientTools, ours, askFirst, choice(body, names, form));
    }

    /// A choice of the type `allowed_tools`: which of the tools may be called for this once.
    private static Optional<Fields> allowed(Fields body, Form form) {
        JsonNode choice = body.value("tool_choice");
        if (choice == null || !choice.path("type").asString("").equals(ALLOWED_TOOLS)) {
            return Optional.empty();
        }
        Fields fields = Fields.of(choice, "tool_choice");
        return Optional.of(
                form == Form.RESPONSES
                        ? fields
                        : fields.object(ALLOWED_TOOLS).orElseThrow(() -> fields.missing(ALLOWED_TOOLS)));
    }

    /// The model is shown only what it may call: few providers know of tools that are there and must not be called.
    private ToolOffer narrowedTo(Fields allowed, Set<String> names, Form form) {
        String mode = allowed.oneOf("mode", List.of("auto", "required")).orElseThrow(() -> allowed.missing("mode"));
        Set<String> callable = new HashSet<>();
        for (Fields tool : allowed.objects("tools")) {
            String type = tool.requiredText("type");
            if (type.equals("mcp") && !tool.has("name")) {
                callable.addAll(serverTools);
            } else {
                callable.add(named(tool, type, names, form));
            }
        }
        if (callable.isEmpty()) {
            throw allowed.missing("tools");
        }
        return new ToolOffer(
                clientTools.stream()
                        .filter(tool -> callable.contains(tool.name()))
                        .toList(),
                serverTools.stream().filter(callable::contains).toList(),
                askFirst,
                mode.equals("required") ? new ToolChoice.Required() : ToolChoice.AUTO);
    }

    /// @param names of the functions before it
    private static ToolSpec function(Fields tool, Set<String> names) {
        String name = tool.requiredText("name");
        if (!NAME.matcher(name).matches()) {
            throw ApiException.invalid(
                    "invalid_value",
                    tool.path("name"),
                    "Invalid '%s': expected 1 to 128 characters of a-z, A-Z, 0-9, '_' and '-'."
                            .formatted(tool.path("name")));
        }
        if (!names.add(name)) {
            throw ApiException.invalid(
                    "invalid_value",
                    tool.path("name"),
                    "Invalid '%s': there is more than one tool of that name.".formatted(tool.path("name")));
        }
        String parameters = tool.object("parameters")
                .map(schema -> schema.object().toString())
                .orElse(null);
        return new ToolSpec(
                name,
                tool.text("description").orElse(null),
                parameters,
                tool.flag("strict").orElse(null));
    }

    private static List<String> narrowed(Fields tool, List<String> offered) {
        String label = tool.requiredText("server_label");
        if (!label.equals(SERVER_LABEL)) {
            throw ApiException.invalid(
                    "unsupported_value",
                    tool.path("server_label"),
                    "Only the tools of this server can be used: 'server_label' must be '" + SERVER_LABEL + "'.");
        }
        for (String refused : ELSEWHERE) {
            if (tool.has(refused) && !namesUs(tool, refused)) {
                throw ApiException.invalid(
                        "unsupported_parameter",
                        tool.path(refused),
                        "Unsupported parameter: '%s'. Tools run on this server; an address or credentials can't be given."
                                .formatted(tool.path(refused)));
            }
        }
        JsonNode limit = tool.value(ALLOWED_TOOLS);
        if (limit == null) {
            return offered;
        }
        List<String> allowed = limit.isObject()
                ? Fields.of(limit, tool.path(ALLOWED_TOOLS)).texts("tool_names")
                : tool.texts(ALLOWED_TOOLS);
        for (String name : allowed) {
            if (!offered.contains(name)) {
                throw Fields.notAllowed(tool.path(ALLOWED_TOOLS), name, offered.isEmpty() ? List.of("") : offered);
            }
        }
        return allowed;
    }

    /// Some clients send a tool of this type only with an address or a connector: our label may stand as the latter.
    private static boolean namesUs(Fields tool, String field) {
        return field.equals("connector_id")
                && tool.text(field).filter(SERVER_LABEL::equals).isPresent();
    }

    private static ToolChoice choice(Fields body, Set<String> names, Form form) {
        JsonNode choice = body.value("tool_choice");
        if (choice == null) {
            return ToolChoice.AUTO;
        }
        if (choice.isString()) {
            return switch (choice.asString()) {
                case "none" -> new ToolChoice.None();
                case "auto" -> ToolChoice.AUTO;
                case "required" -> new ToolChoice.Required();
                case String other -> throw Fields.notAllowed("tool_choice", other, MODES);
            };
        }
        Fields named = Fields.of(choice, "tool_choice");
        return new ToolChoice.Named(named(named, named.requiredText("type"), names, form));
    }

    private static String named(Fields tool, String type, Set<String> names, Form form) {
        if (!TYPES.contains(type)) {
            throw Fields.notAllowed(
                    tool.path("type"),
                    type,
                    tool.path("type").equals("tool_choice.type") ? List.of("function", "mcp", ALLOWED_TOOLS) : TYPES);
        }
        String name = (type.equals("function") ? form.function(tool) : tool).requiredText("name");
        if (!names.contains(name)) {
            throw ApiException.invalid(
                    "invalid_value",
                    "tool_choice",
                    "Tool choice '%s' not found in 'tools' parameter.".formatted(WireText.shown(name)));
        }
        return name;
    }
}
