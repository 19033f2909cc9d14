package dev.turnpike.policy;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads an operator's rules: `[{"tools": "write_file", "paths": "docs/*", "then": "allow"}, ...]`.
///
/// `tools`, `paths`, `commands` and `hosts` are lists between commas, or JSON lists, in which `*` stands for any
/// characters; `kinds`, `effects` and `risks` are such lists of words; `then` is allow, ask or deny.
final class RuleReader {
    private static final Set<String> FIELDS =
            Set.of("tools", "kinds", "effects", "risks", "paths", "commands", "hosts", "then");
    private static final int MOST_RULES = 500;

    private final JsonNode rule;
    private final String name;

    private RuleReader(JsonNode rule, int number) {
        this.rule = rule;
        this.name = "rule " + number;
    }

    static List<Rule> read(String json) {
        if (json.isBlank()) {
            return List.of();
        }
        JsonNode list = parse(json);
        if (!list.isArray() || list.size() > MOST_RULES) {
            throw new IllegalArgumentException("expected a JSON list of at most " + MOST_RULES + " rules");
        }
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : list) {
            rules.add(new RuleReader(rule, rules.size() + 1).read());
        }
        return rules;
    }

    private static JsonNode parse(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is not valid JSON", e);
        }
    }

    private Rule read() {
        if (!rule.isObject()) {
            throw new IllegalArgumentException(name + " is not an object");
        }
        for (String field : rule.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException("%s has the unknown field \"%s\"".formatted(name, field));
            }
        }
        Decision then = one("then", Decision.class)
                .orElseThrow(() -> new IllegalArgumentException(name + " lacks \"then\": allow, ask or deny"));
        return new Rule(
                patterns("tools"),
                words("kinds", Kind.class),
                words("effects", Effect.class),
                words("risks", Risk.class),
                patterns("paths"),
                patterns("commands"),
                patterns("hosts"),
                then,
                name + " of this deployment's policy");
    }

    private @Nullable NamePatterns patterns(String field) {
        List<String> texts = texts(field);
        return texts.isEmpty() ? null : new NamePatterns(texts);
    }

    private <E extends Enum<E>> @Nullable Set<E> words(String field, Class<E> type) {
        List<String> texts = texts(field);
        if (texts.isEmpty()) {
            return null;
        }
        Set<E> words = EnumSet.noneOf(type);
        texts.forEach(text -> words.add(word(field, text, type)));
        return words;
    }

    private <E extends Enum<E>> Optional<E> one(String field, Class<E> type) {
        return texts(field).stream().findFirst().map(text -> word(field, text, type));
    }

    private <E extends Enum<E>> E word(String field, String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s: \"%s\" can't be \"%s\"; it is one of %s"
                        .formatted(
                                name,
                                field,
                                text,
                                Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT))));
    }

    /// A condition that names nothing would hold for nothing, or for everything: nobody means it.
    private List<String> texts(String field) {
        JsonNode value = rule.path(field);
        if (value.isMissingNode()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (value.isString()) {
            texts.addAll(NamePatterns.parse(value.asString()).patterns());
        } else if (value.isArray() && value.valueStream().allMatch(JsonNode::isString)) {
            value.forEach(element -> texts.add(element.asString().strip()));
        }
        if (texts.isEmpty() || texts.contains("")) {
            throw new IllegalArgumentException("%s: \"%s\" is a text or a list of texts".formatted(name, field));
        }
        return texts;
    }
}
