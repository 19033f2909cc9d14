package dev.turnpike.api;

import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.ItemPages.Asked;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// Which page of a list is asked for. Other parameters of the query are for nobody, and do no harm.
final class PageQuery {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MOST = 100;

    private PageQuery() {}

    /// The page of a list of items. What it goes on from need not exist any more: an id says where its item was.
    ///
    /// @throws ApiException a parameter is not a good one
    static Asked items(HttpRequest request) {
        int limit = limit(request);
        boolean newestFirst = newestFirst(request);
        String after = request.query().get("after");
        if (after == null) {
            return new Asked(limit, newestFirst, null);
        }
        OptionalLong place = Ids.seq(after);
        return new Asked(limit, newestFirst, place.orElseThrow(() -> notAnId(after, "an item")));
    }

    /// From 1 to 100; 20 when nothing is said.
    ///
    /// @throws ApiException it is not
    static int limit(HttpRequest request) {
        return limit(request, MOST);
    }

    /// The same up to another number.
    static int limit(HttpRequest request, int most) {
        String text = request.query().get("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!text.matches("-?[0-9]{1,9}")) {
            throw ApiException.invalid(
                    "invalid_type",
                    "limit",
                    "Invalid type for 'limit': expected an integer, but got '" + WireText.shown(text) + "' instead.");
        }
        int limit = Integer.parseInt(text);
        if (limit < 1) {
            throw ApiException.invalid(
                    "integer_below_min_value",
                    "limit",
                    "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got " + limit
                            + " instead.");
        }
        if (limit > most) {
            throw ApiException.invalid(
                    "integer_above_max_value",
                    "limit",
                    "Invalid 'limit': integer above maximum value. Expected a value <= " + most + ", but got " + limit
                            + " instead.");
        }
        return limit;
    }

    /// What follows the things of a list.
    ///
    /// @param ids of what the page shows
    static void write(JsonGenerator json, List<String> ids, boolean more) {
        if (ids.isEmpty()) {
            json.writeNullProperty("first_id");
            json.writeNullProperty("last_id");
        } else {
            json.writeStringProperty("first_id", ids.getFirst());
            json.writeStringProperty("last_id", ids.getLast());
        }
        json.writeBooleanProperty("has_more", more);
    }

    private static boolean newestFirst(HttpRequest request) {
        return switch (request.query().get("order")) {
            case null -> true;
            case "desc" -> true;
            case "asc" -> false;
            case String other ->
                throw ApiException.invalid(
                        "invalid_value",
                        "order",
                        "Invalid value: '" + WireText.shown(other) + "'. Supported values are: 'asc' and 'desc'.");
        };
    }

    /// @param what has such an id
    static ApiException notAnId(String after, String what) {
        return ApiException.invalid(
                "invalid_value",
                "after",
                "Invalid 'after': expected the id of " + what + ", but got '" + WireText.shown(after) + "' instead.");
    }
}
