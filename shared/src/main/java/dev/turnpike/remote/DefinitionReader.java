package dev.turnpike.remote;

import dev.turnpike.egress.WebRequest;
import dev.turnpike.schema.SchemaCheck;
import dev.turnpike.tool.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads what an operator has defined: a JSON list of objects, each with a `kind`. It is strict, so that a typing
/// error is found when a function starts and not when a tool is called.
public final class DefinitionReader {
    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern LABEL = Pattern.compile("[a-z](?!.*__)[a-z0-9_-]{0,30}[a-z0-9]|[a-z]");
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z0-9_:-]{1,170}|arn:[A-Za-z0-9:_$-]{1,250}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{16}");
    private static final Set<String> METHODS = new TreeSet<>(Set.of("GET", "POST", "PUT", "PATCH", "DELETE"));
    private static final Set<String> SPEC =
            Set.of("kind", "name", "description", "parameters", "effect", "offered", "compensation", "timeout_seconds");
    private static final int LONGEST_DESCRIPTION = 1_024;
    private static final int MOST_SECONDS = 600;
    private static final int USUAL_SECONDS = 60;
    private static final String OURS = "turnpike";

    private DefinitionReader() {}

    /// @throws IllegalArgumentException something is wrong; the message is the end of a sentence
    public static List<Definition> read(String json) {
        JsonNode list;
        try {
            list = RemoteJson.MAPPER.readTree(json);
        } catch (JacksonException _) {
            throw new IllegalArgumentException("it is not JSON");
        }
        if (!list.isArray()) {
            throw new IllegalArgumentException("it is no list");
        }
        List<Definition> definitions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode each : list) {
            var fields = new DefinitionFields(each, "[" + definitions.size() + "]");
            Definition definition = definition(fields);
            if (!names.add(definition.name())) {
                throw fields.wrong(definition instanceof Definition.Mcp ? "label" : "name", "is taken by another");
            }
            definitions.add(definition);
        }
        return definitions;
    }

    private static Definition definition(DefinitionFields fields) {
        return switch (fields.text("kind")) {
            case "lambda" -> lambda(fields);
            case "http" -> http(fields);
            case "mcp" -> mcp(fields);
            default -> throw fields.wrong("kind", "must be one of lambda, http, mcp");
        };
    }

    private static Definition lambda(DefinitionFields fields) {
        fields.only(with("function", "dry_run"));
        return new Definition.Lambda(
                spec(fields),
                fields.text("function", FUNCTION, "the name or ARN of a Lambda function"),
                fields.flag("dry_run", false));
    }

    private static Definition http(DefinitionFields fields) {
        fields.only(with("method", "url", "headers", "secret", "secret_header"));
        Definition.Spec spec = spec(fields);
        String method = fields.text("method");
        if (!METHODS.contains(method)) {
            throw fields.wrong("method", "must be one of " + String.join(", ", METHODS));
        }
        return new Definition.Http(spec, method, url(fields, spec), headers(fields), secret(fields));
    }

    private static Definition mcp(DefinitionFields fields) {
        fields.only(Set.of(
                "kind",
                "label",
                "url",
                "secret",
                "secret_header",
                "allowed_tools",
                "effects",
                "trust_annotations",
                "pin",
                "timeout_seconds"));
        String label = fields.text("label", LABEL, "1 to 32 of a-z 0-9 _ -, a letter first, without __");
        if (label.equals(OURS)) {
            throw fields.wrong("label", "must not be " + OURS + ", which stands for all tools of this deployment");
        }
        UrlTemplate url = template(fields);
        if (!url.names().isEmpty()) {
            throw fields.wrong("url", "must have nothing in braces");
        }
        return new Definition.Mcp(
                label,
                fields.text("url"),
                secret(fields),
                fields.texts("allowed_tools"),
                fields.map("effects", entry -> entry.word(Effect.class)),
                fields.flag("trust_annotations", false),
                fields.map("pin", DefinitionReader::digest),
                timeout(fields));
    }

    private static String digest(DefinitionFields.Entry entry) {
        if (!DIGEST.matcher(entry.text()).matches()) {
            throw entry.wrong("must be a digest as the command `tools` shows it, 16 of 0-9 a-f");
        }
        return entry.text();
    }

    private static Set<String> with(String... more) {
        Set<String> all = new HashSet<>(SPEC);
        all.addAll(List.of(more));
        return all;
    }

    private static Definition.Spec spec(DefinitionFields fields) {
        String name = fields.text("name", TOOL, "1 to 64 of A-Z a-z 0-9 _ -");
        String description = fields.text("description");
        if (description.length() > LONGEST_DESCRIPTION) {
            throw fields.wrong("description", "must have %,d characters at most".formatted(LONGEST_DESCRIPTION));
        }
        return new Definition.Spec(
                name,
                description,
                parameters(fields),
                fields.word("effect", Effect.class, Effect.ONCE),
                fields.flag("offered", true),
                compensation(fields),
                timeout(fields));
    }

    private static Duration timeout(DefinitionFields fields) {
        return Duration.ofSeconds(fields.count("timeout_seconds", 1, MOST_SECONDS, USUAL_SECONDS));
    }

    private static String parameters(DefinitionFields fields) {
        JsonNode schema = fields.value("parameters");
        if (!schema.isObject() || !schema.path("type").asString("").equals("object")) {
            throw fields.wrong("parameters", "must be a JSON Schema of the type object");
        }
        // A provider refuses an object without properties, even one that has none to declare.
        ObjectNode whole = schema.asObject().deepCopy();
        if (!whole.has("properties")) {
            whole.putObject("properties");
        }
        List<String> mistakes = SchemaCheck.unusable(whole);
        if (!mistakes.isEmpty()) {
            throw fields.wrong("parameters", "can't be used: " + mistakes.getFirst());
        }
        return whole.toString();
    }

    private static Optional<UndoCall> compensation(DefinitionFields fields) {
        if (!fields.has("compensation")) {
            return Optional.empty();
        }
        DefinitionFields inner = fields.object("compensation").only(Set.of("tool", "arguments"));
        String tool = inner.text("tool", TOOL, "the name of a tool");
        try {
            return Optional.of(new UndoCall(tool, inner.object("arguments").json()));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(inner.path() + ": " + wrong.getMessage(), wrong);
        }
    }

    private static UrlTemplate url(DefinitionFields fields, Definition.Spec spec) {
        UrlTemplate url = template(fields);
        JsonNode schema = RemoteJson.MAPPER.readTree(spec.parameters());
        for (String name : url.names()) {
            if (!schema.path("properties").has(name)) {
                throw fields.wrong("url", "names {" + name + "}, which parameters does not declare");
            }
        }
        Set<String> required = new HashSet<>(
                schema.path("required").valueStream().map(JsonNode::asString).toList());
        for (String name : url.pathNames()) {
            if (!required.contains(name)) {
                throw fields.wrong("url", "needs {" + name + "} in its path, which parameters must require");
            }
        }
        return url;
    }

    private static UrlTemplate template(DefinitionFields fields) {
        try {
            return UrlTemplate.parse(fields.text("url"));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(fields.path() + ".url " + wrong.getMessage(), wrong);
        }
    }

    private static Map<String, String> headers(DefinitionFields fields) {
        return fields.map("headers", entry -> {
            if (!WebRequest.isHeader(entry.name(), entry.text())) {
                throw entry.wrong("is a header that can't be sent");
            }
            if (entry.name().equalsIgnoreCase("authorization") || entry.name().equalsIgnoreCase("cookie")) {
                throw entry.wrong("must not stand here: put what nobody may read into a secret");
            }
            return entry.text();
        });
    }

    private static Optional<Definition.Secret> secret(DefinitionFields fields) {
        Optional<String> header = fields.optionalText("secret_header");
        if (header.isPresent() && !WebRequest.isHeader(header.get(), "")) {
            throw fields.wrong("secret_header", "is a header that can't be sent");
        }
        if (header.isPresent() && !fields.has("secret")) {
            throw fields.wrong("secret", "is missing");
        }
        return fields.optionalText("secret")
                .map(arn -> header.map(name -> new Definition.Secret(arn, name, ""))
                        .orElseGet(() -> new Definition.Secret(arn, "Authorization", "Bearer ")));
    }
}
