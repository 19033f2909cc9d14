package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.ledger.PriceCatalog;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes a price file like the project's of a newer one.
///
/// Reads the format that genai-prices publishes, a list of providers, and the project's own, where they stand by their
/// ids. What is charged for, and nothing else, is taken over: one model a line, so that a change is a line.
final class PriceImport {
    private static final List<String> OF_MODEL = List.of("id", "match", "context_window", "deprecated", "prices");
    private static final List<String> PRICES = List.of(
            "input_mtok",
            "cache_read_mtok",
            "cache_write_mtok",
            "input_image_mtok",
            "output_mtok",
            "output_reasoning_mtok");
    private static final List<String> CONSTRAINTS = List.of("start_date", "start_time", "end_time");

    /// Prices as they are written, to the last digit.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode project;
    private final String version;

    /// @param project the project's price file, whose providers and service tiers are kept
    /// @param version of the newer prices
    PriceImport(String project, String version) {
        this.project = MAPPER.readTree(project);
        this.version = version;
    }

    /// @return the text of the new file
    /// @throws IllegalArgumentException when `newer` is no price file, or lacks a provider
    String of(String newer) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(newer);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("The newer prices can't be read: " + e.getOriginalMessage(), e);
        }
        List<String> providers = new ArrayList<>();
        for (var provider : project.path("providers").properties()) {
            JsonNode found = provider(tree, provider.getKey())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "The newer prices have no provider \"" + provider.getKey() + "\"."));
            providers.add(text(provider.getKey(), provider.getValue(), found));
        }
        return "{\n  \"version\": %s,\n  \"source\": %s,\n  \"providers\": {\n%s\n  }\n}\n"
                .formatted(quoted(version), quoted(source()), String.join(",\n", providers));
    }

    /// Whose work it is stays said; which release of it nobody knows.
    private String source() {
        String source = project.path("source").asString("");
        return version.equals(project.path("version").asString(""))
                ? source
                : source.replaceFirst("genai-prices [^,]*,", "genai-prices as of " + version + ",");
    }

    private static Optional<JsonNode> provider(JsonNode tree, String id) {
        if (tree.isArray()) {
            return tree.valueStream()
                    .filter(provider -> provider.path("id").asString("").equals(id))
                    .findFirst();
        }
        return tree.path("providers").optional(id);
    }

    private static String text(String id, JsonNode old, JsonNode newer) {
        JsonNode tiers = newer.has("service_tiers") ? newer.path("service_tiers") : old.path("service_tiers");
        List<String> models = newer.path("models")
                .valueStream()
                .map(model -> "        " + model(model, tiersOf(old, model)))
                .toList();
        return "    %s: {\n      \"api_pattern\": %s,\n%s      \"models\": [\n%s\n      ]\n    }"
                .formatted(
                        quoted(id),
                        quoted(newer.path("api_pattern").asString("")),
                        tiers.isObject() ? "      \"service_tiers\": " + spaced(tiers) + ",\n" : "",
                        String.join(",\n", models));
    }

    private static JsonNode tiersOf(JsonNode provider, JsonNode model) {
        if (model.has("service_tiers")) {
            return model.path("service_tiers");
        }
        return provider.path("models")
                .valueStream()
                .filter(old -> old.path("id").equals(model.path("id")))
                .findFirst()
                .map(old -> old.path("service_tiers"))
                .orElse(MAPPER.missingNode());
    }

    private static String model(JsonNode model, JsonNode tiers) {
        List<String> fields = new ArrayList<>();
        for (String name : OF_MODEL) {
            JsonNode value = model.path(name);
            if (!value.isMissingNode() && !value.isNull()) {
                fields.add(quoted(name) + ": " + (name.equals("prices") ? prices(value) : spaced(value)));
            }
        }
        if (tiers.isObject()) {
            fields.add("\"service_tiers\": " + spaced(tiers));
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private static String prices(JsonNode prices) {
        return prices.isArray()
                ? prices.valueStream().map(PriceImport::dated).collect(Collectors.joining(", ", "[", "]"))
                : only(PRICES, prices);
    }

    private static String dated(JsonNode dated) {
        JsonNode constraint = dated.path("constraint");
        String when = constraint.isObject() ? "\"constraint\": " + only(CONSTRAINTS, constraint) + ", " : "";
        return "{" + when + "\"prices\": " + only(PRICES, dated.path("prices")) + "}";
    }

    private static String only(List<String> names, JsonNode object) {
        return names.stream()
                .filter(name -> object.hasNonNull(name))
                .map(name -> quoted(name) + ": " + spaced(object.path(name)))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /// JSON on one line, with spaces.
    private static String spaced(JsonNode json) {
        if (json.isObject()) {
            return json.properties().stream()
                    .map(field -> quoted(field.getKey()) + ": " + spaced(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (json.isArray()) {
            return json.valueStream().map(PriceImport::spaced).collect(Collectors.joining(", ", "[", "]"));
        }
        return json.isNumber() ? PriceChanges.text(json.decimalValue()) : json.toString();
    }

    private static String quoted(String text) {
        return MAPPER.writeValueAsString(text);
    }

    /// Makes sure that a file can be charged by.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    static PriceCatalog validated(String text) {
        PriceCatalog catalog = PriceCatalog.read(new ByteArrayInputStream(text.getBytes(UTF_8)));
        for (PriceCatalog.Provider provider : catalog.providers()) {
            Set<String> ids = new HashSet<>();
            provider.models().forEach(model -> {
                if (model.id().isEmpty() || !ids.add(model.id())) {
                    throw new IllegalArgumentException("%s has no id for a model, or the same for two: \"%s\"."
                            .formatted(provider.id(), model.id()));
                }
            });
        }
        return catalog;
    }
}
