package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads the bodies of requests that make and change conversations.
public final class ConversationReader {
    /// OpenAI's own limit. A call that a server has run counts once, and is two of ours.
    private static final int MOST_ITEMS = 20;

    private static final int MOST_PAIRS = 16;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_TEXT = 512;

    private ConversationReader() {}

    /// @param items without ids
    public record Begun(Map<String, String> metadata, List<Item> items) {}

    /// A conversation to be made.
    ///
    /// @throws ApiException the body is not a good one; it says where and why
    public static Begun begun(JsonNode json) {
        Fields body = Fields.of(json, "");
        body.allowOnly(Set.of("metadata", "items"));
        return new Begun(metadata(body), items(body));
    }

    /// What is to be said of a conversation from now on; `null` for nothing.
    ///
    /// @throws ApiException the body is not a good one
    public static Map<String, String> described(JsonNode json) {
        Fields body = Fields.of(json, "");
        if (!body.object().has("metadata")) {
            throw body.missing("metadata");
        }
        body.allowOnly(Set.of("metadata"));
        return metadata(body);
    }

    /// Items to be added, without ids.
    ///
    /// @throws ApiException the body is not a good one, or has none
    public static List<Item> added(JsonNode json) {
        Fields body = Fields.of(json, "");
        if (!body.has("items")) {
            throw body.missing("items");
        }
        body.allowOnly(Set.of("items"));
        List<Item> items = items(body);
        if (items.isEmpty()) {
            throw ApiException.invalid(
                    "empty_array",
                    "items",
                    "Invalid 'items': empty array. Expected an array with minimum length 1, but got an empty array"
                            + " instead.");
        }
        return items;
    }

    private static List<Item> items(Fields body) {
        body.atMost("items", body.objects("items").size(), MOST_ITEMS);
        List<Item> read = InputReader.items(body, "items");
        if (read.stream().anyMatch(Item.Approval.class::isInstance)) {
            throw ApiException.invalid(
                    "unsupported_value", "items", "An approval is given in the 'input' of a request, which then runs.");
        }
        return read;
    }

    /// The pairs of `metadata`, in their order; none when it is not given.
    static Map<String, String> metadata(Fields body) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Fields metadata = body.object("metadata").orElse(null);
        if (metadata == null) {
            return pairs;
        }
        if (metadata.object().size() > MOST_PAIRS) {
            throw ApiException.invalid(
                    "object_above_max_properties",
                    "metadata",
                    "Invalid 'metadata': too many properties. Expected an object with at most %d properties, but got an object with %d properties instead."
                            .formatted(MOST_PAIRS, metadata.object().size()));
        }
        for (String name : metadata.object().propertyNames()) {
            if (name.length() > LONGEST_NAME) {
                throw ApiException.invalid(
                        "string_above_max_length",
                        "metadata",
                        "Invalid 'metadata': a key is longer than " + LONGEST_NAME + " characters.");
            }
            pairs.put(
                    name,
                    metadata.text(name, LONGEST_TEXT)
                            .orElseThrow(() -> ApiException.wrongType(metadata.path(name), "a string", "an object")));
        }
        return pairs;
    }
}
