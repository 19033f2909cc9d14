package dev.turnpike.api;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes bad JSON, and odd texts, out of good ones.
final class SpoiledJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> ODD_TEXTS = List.of(
            "",
            " ",
            "null",
            "auto",
            "required",
            "bogus",
            "\u0000",
            "\u2028\u2029",
            "\uFEFF",
            "\uD83D\uDE00",
            "e\u0301\u202E\u200B",
            "%s%n%d{0}$1\\",
            "<|endoftext|>",
            "' OR '1'='1",
            "../../etc/passwd",
            "a\r\nset-cookie: b",
            "data:image/png;base64,AAAA",
            "javascript:alert(1)");

    private static final List<String> ODD_BODIES = List.of(
            "",
            " ",
            "null",
            "true",
            "[]",
            "{",
            "}",
            "\"",
            "\"\"",
            "0",
            "-",
            "1e999999999",
            "NaN",
            "{} {}",
            "[[",
            "{\"",
            "{\"a\":}",
            "\uFEFF{}",
            "\u0000",
            "{\"model\":\"gpt-4o\",\"model\":5}",
            "{'model':'gpt-4o'}",
            "{\"model\":\"gpt-4o\",\"input\":\"\\ud800\"}",
            "{\"model\":\"gpt-4o\",\"input\":\"\\u0000\"}",
            "{\"\\ud800\":1}",
            "model=gpt-4o&input=x",
            "<xml/>");

    private final Random random;
    private final List<String> ids;

    SpoiledJson(Random random, List<String> ids) {
        this.random = random;
        this.ids = ids;
    }

    /// @param good JSON, or nothing
    String body(String good) {
        if (good.isEmpty() || random.nextInt(40) == 0) {
            return ODD_BODIES.get(random.nextInt(ODD_BODIES.size()));
        }
        if (random.nextInt(400) == 0) {
            return "[".repeat(random.nextInt(1, 100_000));
        }
        JsonNode json = Bench.MAPPER.readTree(good);
        for (int i = random.nextInt(4); i > 0; i--) {
            change(json);
        }
        String text = json.toString();
        return random.nextInt(8) == 0 ? text(text) : text;
    }

    /// Changes one place of a tree.
    private void change(JsonNode json) {
        List<JsonNode> containers = new ArrayList<>();
        collect(json, containers);
        JsonNode chosen = containers.get(random.nextInt(containers.size()));
        if (chosen instanceof ObjectNode object) {
            change(object, containers);
        } else if (chosen instanceof ArrayNode array) {
            change(array, containers);
        }
    }

    private static void collect(JsonNode json, List<JsonNode> containers) {
        if (json.isContainer()) {
            containers.add(json);
            json.forEach(child -> collect(child, containers));
        }
    }

    private void change(ObjectNode object, List<JsonNode> containers) {
        List<String> names = new ArrayList<>(object.propertyNames());
        if (names.isEmpty() || random.nextInt(12) == 0) {
            object.set(random.nextBoolean() ? oddText() : "zzz", value(containers));
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(4)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name, value(containers));
            case 2 -> object.set(name, nested(object.path(name)));
            default -> object.set(name, NODES.stringNode(text(object.path(name).asString("x"))));
        }
    }

    private void change(ArrayNode array, List<JsonNode> containers) {
        if (array.isEmpty() || random.nextInt(4) == 0) {
            array.add(value(containers));
            return;
        }
        int at = random.nextInt(array.size());
        switch (random.nextInt(4)) {
            case 0 -> array.remove(at);
            case 1 -> array.set(at, value(containers));
            case 2 -> array.insert(0, array.get(at).deepCopy());
            default -> many(array, array.get(at));
        }
    }

    private void many(ArrayNode array, JsonNode element) {
        for (int i = random.nextInt(40); i > 0; i--) {
            array.add(element.deepCopy());
        }
    }

    private JsonNode nested(JsonNode value) {
        JsonNode outer = value.deepCopy();
        for (int i = random.nextInt(10) == 0 ? random.nextInt(250) : 1; i > 0; i--) {
            outer = random.nextBoolean()
                    ? NODES.arrayNode().add(outer)
                    : NODES.objectNode().set("a", outer);
        }
        return outer;
    }

    private JsonNode value(List<JsonNode> containers) {
        return switch (random.nextInt(13)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(-3, 200));
            case 3 -> NODES.numberNode(random.nextLong());
            case 4 -> NODES.numberNode(random.nextGaussian() * 3);
            case 5 -> NODES.numberNode(new BigDecimal("1e" + random.nextInt(-500, 500)));
            case 6 -> NODES.arrayNode();
            case 7 -> NODES.objectNode();
            case 8 -> NODES.objectNode().put("type", oddText());
            case 9 -> containers.get(random.nextInt(containers.size())).deepCopy();
            case 10 -> ids.isEmpty() ? NODES.stringNode("") : NODES.stringNode(ids.get(random.nextInt(ids.size())));
            case 11 ->
                random.nextInt(20) == 0 ? manyFields() : NODES.arrayNode().addNull();
            default -> NODES.stringNode(oddText());
        };
    }

    private ObjectNode manyFields() {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(300); i > 0; i--) {
            object.put("k" + i, "v");
        }
        return object;
    }

    private String oddText() {
        return ODD_TEXTS.get(random.nextInt(ODD_TEXTS.size()));
    }

    /// The same text with something wrong.
    String text(String good) {
        int at = random.nextInt(good.length() + 1);
        return switch (random.nextInt(9)) {
            case 0 -> good.substring(0, at);
            case 1 -> good.substring(at);
            case 2 -> good.substring(0, at) + oddText() + good.substring(at);
            case 3 -> good.substring(0, at) + (char) random.nextInt(0xD800) + good.substring(at);
            case 4 -> good.substring(0, at) + "\\ud800" + good.substring(at);
            case 5 -> good + good;
            case 6 -> good.substring(0, at) + "x".repeat(length()) + good.substring(at);
            case 7 -> good.substring(0, at) + random.nextInt(10) + good.substring(Math.min(good.length(), at + 1));
            default -> oddText();
        };
    }

    /// Mostly short.
    private int length() {
        return random.nextInt(100) == 0 ? random.nextInt(300_000) : random.nextInt(1_000);
    }
}
