package dev.turnpike.responses;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Text that came from outside, made fit to be kept and shown.
public final class WireText {
    private static final int LONGEST_SHOWN = 100;

    private WireText() {}

    /// A surrogate without its other half becomes U+FFFD, once and here: UTF-8 can't carry it, and every writer would
    /// replace it in its own way.
    static String sound(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return replaced(text);
                }
                i++;
            }
        }
        return text;
    }

    /// The same for a tree: its names and its texts, however deep.
    static JsonNode sound(JsonNode json) {
        return switch (json) {
            case ObjectNode object -> {
                ObjectNode sound = object.objectNode();
                object.properties().forEach(field -> sound.set(sound(field.getKey()), sound(field.getValue())));
                yield sound;
            }
            case ArrayNode array -> {
                ArrayNode sound = array.arrayNode(array.size());
                array.forEach(element -> sound.add(sound(element)));
                yield sound;
            }
            case StringNode text -> StringNode.valueOf(sound(text.asString()));
            default -> json;
        };
    }

    private static String replaced(String text) {
        var sound = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point)
                .forEach(sound::appendCodePoint);
        return sound.toString();
    }

    /// A piece of a caller's value, short enough for a message and well-formed.
    public static String shown(String text) {
        if (text.length() <= LONGEST_SHOWN) {
            return sound(text);
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST_SHOWN - 1)) ? LONGEST_SHOWN - 1 : LONGEST_SHOWN;
        return sound(text.substring(0, end)) + "…";
    }
}
