package dev.turnpike;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The OpenAPI document of the api function, and what of an answer differs from it.
public final class ApiDocument {
    private static final String FILE = "functions/api/src/main/resources/dev/turnpike/api/openapi.json";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final ApiDocument DOCUMENT = new ApiDocument(Repository.read(Repository.path(FILE)));

    /// What every error is, wherever it is met.
    private static final String ERROR = "Error";

    private static final String REFERENCE = "$ref";
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String DONE = "data: [DONE]";

    private final String text;
    private final JsonNode json;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    /// One operation.
    ///
    /// @param method in upper case
    /// @param path with its parameters in braces
    public record Operation(String method, String path, JsonNode json) {
        @Override
        public String toString() {
            return method + " " + path;
        }

        /// @param real a path as it is asked for; the name of a model may have slashes
        boolean serves(String real) {
            String pattern = Pattern.compile("\\{([a-z]+)}")
                    .matcher(path)
                    .replaceAll(name -> name.group(1).equals("model") ? ".+" : "[^/]+");
            return real.matches(pattern);
        }
    }

    /// An answer as it came.
    ///
    /// @param headers by their names in lower case
    public record Answered(String method, String path, int status, Map<String, String> headers, String body) {}

    private ApiDocument(String text) {
        this.text = text;
        this.json = MAPPER.readTree(text);
    }

    public static ApiDocument read() {
        return DOCUMENT;
    }

    /// As the file has it.
    public String text() {
        return text;
    }

    public JsonNode json() {
        return json;
    }

    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        eachOperation((line, operation) -> operations.add(operation));
        return operations;
    }

    /// Each as `METHOD /path/{id}`, sorted.
    public Set<String> lines() {
        Set<String> lines = new TreeSet<>();
        eachOperation((line, _) -> lines.add(line));
        return lines;
    }

    private void eachOperation(BiConsumer<String, Operation> each) {
        json.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        var operation = new Operation(
                                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue());
                        each.accept(operation.toString(), operation);
                    }
                }));
    }

    /// What is meant by a node: itself, or what it refers to.
    public JsonNode resolved(JsonNode node) {
        return node.has(REFERENCE)
                ? resolved(json.at(node.path(REFERENCE).asString().substring(1)))
                : node;
    }

    /// What is referred to anywhere in the document.
    public Set<String> references() {
        Set<String> references = new TreeSet<>();
        json.findValues(REFERENCE).forEach(reference -> references.add(reference.asString()));
        return references;
    }

    /// How JSON differs from a schema of the document, which is referred to or given.
    public List<String> mistakes(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema.toString(), _ -> compiled(schema)).validate(value).stream()
                .map(Error::toString)
                .toList();
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", json.path("components"));
        return registry.getSchema(whole);
    }

    /// How an answer differs from what the document says of it; empty when it does not.
    public List<String> mistakes(Answered answer) {
        Optional<Operation> operation = operation(answer);
        if (operation.isEmpty()) {
            return answer.status == 204 && answer.method.equals("OPTIONS") ? List.of() : unknown(answer);
        }
        JsonNode response = resolved(operation.get().json.path("responses").path(Integer.toString(answer.status)));
        if (response.isMissingNode()) {
            return List.of(operation.get() + " does not say that it answers " + answer.status);
        }
        List<String> mistakes = new ArrayList<>(headers(response, answer));
        String type = answer.headers.getOrDefault("content-type", "").replaceFirst(";.*", "");
        JsonNode content = response.path("content").path(type);
        if (content.isMissingNode()) {
            mistakes.add(operation.get() + " does not say that it answers " + type);
        } else if (type.equals("text/event-stream")) {
            mistakes.addAll(events(content.path("schema"), answer.body));
        } else {
            mistakes.addAll(mistakes(content.path("schema"), MAPPER.readTree(answer.body)));
        }
        return mistakes;
    }

    /// The most exact of those that serve the path.
    private Optional<Operation> operation(Answered answer) {
        Map<Integer, Operation> found = new TreeMap<>();
        eachOperation((_, operation) -> {
            if (operation.method.equals(answer.method) && operation.serves(answer.path)) {
                found.put(operation.path.split("\\{", -1).length, operation);
            }
        });
        return found.values().stream().findFirst();
    }

    private List<String> unknown(Answered answer) {
        List<String> mistakes = new ArrayList<>(mistakes(reference(ERROR), MAPPER.readTree(answer.body)));
        if (answer.status != 404 && answer.status != 400) {
            mistakes.add("no operation answers " + answer.method + " " + answer.path + ", but it had " + answer.status);
        }
        return mistakes;
    }

    private static ObjectNode reference(String schema) {
        return JsonNodeFactory.instance.objectNode().put(REFERENCE, SCHEMAS + schema);
    }

    private List<String> headers(JsonNode response, Answered answer) {
        Map<String, JsonNode> described = new HashMap<>();
        response.path("headers").properties().forEach(each -> described.put(each.getKey(), resolved(each.getValue())));
        List<String> mistakes = new ArrayList<>();
        described.forEach((name, header) -> {
            if (header.path("required").asBoolean(false) && !answer.headers.containsKey(name)) {
                mistakes.add("the header " + name + " is missing");
            }
        });
        answer.headers.keySet().stream()
                .filter(name -> name.matches("x-.*|openai-.*|retry-after.*|cache-control"))
                .filter(name -> !described.containsKey(name))
                .forEach(name -> mistakes.add("the header " + name + " is not described"));
        return mistakes;
    }

    /// A stream is events of the schema, each named by its type where the schema has types, then `[DONE]`; it may be
    /// cut between two events.
    private List<String> events(JsonNode schema, String stream) {
        List<String> mistakes = new ArrayList<>();
        String name = "";
        for (String line : stream.lines().toList()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: {")) {
                mistakes.addAll(event(schema, name, MAPPER.readTree(line.substring("data: ".length()))));
                name = "";
            } else if (!line.isEmpty() && !line.startsWith(":") && !line.equals(DONE)) {
                mistakes.add("a line that is of no event: " + line);
            }
        }
        return mistakes;
    }

    private List<String> event(JsonNode schema, String name, JsonNode event) {
        String type = event.path("type").asString("");
        if (!name.equals(type)) {
            return List.of("an event of the type " + type + " has the name " + name);
        }
        JsonNode byType = resolved(schema).path("discriminator").path("mapping").path(type);
        JsonNode exact = byType.isMissingNode()
                ? schema
                : JsonNodeFactory.instance.objectNode().set(REFERENCE, byType);
        return mistakes(exact, event);
    }
}
