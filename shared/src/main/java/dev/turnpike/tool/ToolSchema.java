package dev.turnpike.tool;

import dev.turnpike.schema.SchemaCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The arguments of one tool: the JSON Schema that a model is shown, and the way from what it sends to the record.
///
/// Nothing is computed before it is asked for. Generating a schema costs a fresh JVM about half a second, so a record
/// may bring its schema along: a file `<binary name without package>.schema.json` in the record's package, holding
/// exactly what [#generate] gives. The built-in tools do, and a test compares the two.
///
/// @param <A> the record of the arguments, or `String` for their JSON text
public final class ToolSchema<A> {
    /// What a model sends beyond it is refused unread.
    static final int MAX_JSON_CHARS = 256 * 1024;

    static final int MAX_DEPTH = 32;

    private static final int MAX_DETAIL_CHARS = 200;

    private final Arguments<A> arguments;
    private @Nullable String json;
    private @Nullable SchemaCheck check;

    private ToolSchema(Arguments<A> arguments) {
        this.arguments = arguments;
    }

    public static <R extends Record> ToolSchema<R> of(Class<R> arguments) {
        return new ToolSchema<>(new Arguments.OfRecord<>(arguments));
    }

    /// A schema that was written by hand. Its tool gets the checked arguments as JSON text.
    ///
    /// @param json a JSON Schema of an object
    public static ToolSchema<String> given(String json) {
        return new ToolSchema<>(new Arguments.AsText(json));
    }

    /// How arguments that fit the schema are handed to their tool.
    private sealed interface Arguments<A> {
        String schema();

        A bind(JsonNode tree);

        record OfRecord<R extends Record>(Class<R> type) implements Arguments<R> {
            @Override
            public String schema() {
                String brought = resource();
                return brought == null ? generate(type) : brought;
            }

            @Override
            public R bind(JsonNode tree) {
                return Json.MAPPER.treeToValue(tree, type);
            }

            private @Nullable String resource() {
                String binaryName = type.getName();
                String file = binaryName.substring(binaryName.lastIndexOf('.') + 1) + ".schema.json";
                try (InputStream in = type.getResourceAsStream(file)) {
                    return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        record AsText(String schema) implements Arguments<String> {
            @Override
            public String bind(JsonNode tree) {
                return tree.toString();
            }
        }
    }

    /// The schema of a record, always generated: an object with every component required unless it is `@Nullable` or
    /// `Optional`, nothing beside them allowed, [Describe] as description.
    public static String generate(Class<? extends Record> arguments) {
        return RecordSchema.of(arguments).toString();
    }

    /// The schema as JSON text without white space.
    public synchronized String json() {
        if (json == null) {
            json = arguments.schema();
        }
        return json;
    }

    /// Checks what a model sent against the schema and makes the record of it.
    ///
    /// @throws ToolException what is wrong with it, naming the field
    public A read(String sent) throws ToolException {
        JsonNode tree = parse(sent);
        List<String> mistakes = check().mistakes(tree);
        if (!mistakes.isEmpty()) {
            throw new ToolException(String.join("; ", mistakes));
        }
        return bind(tree);
    }

    /// Does now what the first arguments would have to wait for.
    void prime() {
        try {
            bind(Json.MAPPER.createObjectNode());
        } catch (ToolException _) {
            // Most records cannot be made of nothing; what it takes to try is loaded now.
        }
        check().mistakes(Json.MAPPER.createObjectNode());
    }

    private static JsonNode parse(String sent) throws ToolException {
        if (sent.isBlank()) {
            throw new ToolException("there are none; send a JSON object");
        }
        if (sent.length() > MAX_JSON_CHARS) {
            throw new ToolException(
                    "%,d characters are too long, at most %,d are accepted".formatted(sent.length(), MAX_JSON_CHARS));
        }
        try {
            return Json.MAPPER.readTree(sent);
        } catch (StreamConstraintsException _) {
            throw new ToolException("nested deeper than %d levels, or a number too long".formatted(MAX_DEPTH));
        } catch (JacksonException e) {
            String detail = String.valueOf(e.getOriginalMessage());
            throw new ToolException("not valid JSON: " + ToolText.head(detail, MAX_DETAIL_CHARS));
        }
    }

    /// After the check only a value that its Java type cannot hold is left to fail, such as a number beyond an `int`,
    /// or one that the record's own constructor refuses.
    private A bind(JsonNode tree) throws ToolException {
        try {
            return arguments.bind(tree);
        } catch (JacksonException e) {
            String field = e.getPath().stream()
                    .map(step -> step.getPropertyName() == null ? "" + step.getIndex() : step.getPropertyName())
                    .reduce((outer, inner) -> outer + "/" + inner)
                    .map(path -> '"' + ToolText.head(path, MAX_DETAIL_CHARS) + '"')
                    .orElse("a value");
            throw new ToolException(field + " is out of range or malformed");
        }
    }

    private synchronized SchemaCheck check() {
        if (check == null) {
            check = new SchemaCheck(Json.MAPPER.readTree(json()));
        }
        return check;
    }

    /// Loaded with the first arguments, not with the first schema.
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }
}
