package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.tool.ToolException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A URL with places for arguments, as `https://host/things/{id}?q={q}`.
///
/// An argument fills part of one segment of the path, or one value of the query, and can be nothing else: what would
/// end it there is escaped, and what would climb out of the path is refused. Scheme, host and port have no places.
///
/// @param origin scheme, host and port
/// @param segments of the path
/// @param pairs of the query, each a name and a value
public record UrlTemplate(String origin, List<String> segments, List<String> pairs) {
    private static final Pattern WHOLE = Pattern.compile("(https?://[^/?#{}\\s@\\\\]+)(/[^?#\\s]*)?(?:\\?([^#\\s]*))?");
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9_-]{1,64})\\}");
    private static final Pattern CLIMBS = Pattern.compile("(?:.*[/\\\\])?\\.{1,2}(?:[/\\\\].*)?", Pattern.DOTALL);

    public UrlTemplate {
        segments = List.copyOf(segments);
        pairs = List.copyOf(pairs);
    }

    /// @throws IllegalArgumentException it is none; the message is the end of a sentence
    static UrlTemplate parse(String text) {
        Matcher parts = WHOLE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "must be like https://host/path/{argument}?name={argument}, without a login or a fragment");
        }
        String path = parts.group(2) == null ? "/" : parts.group(2);
        String query = parts.group(3) == null ? "" : parts.group(3);
        if (PLACE.matcher(path + query).replaceAll("").matches(".*[{}].*")) {
            throw new IllegalArgumentException("has braces that are no {argument}");
        }
        List<String> segments = Arrays.asList(path.substring(1).split("/", -1));
        if (segments.stream().anyMatch(segment -> CLIMBS.matcher(segment).matches())) {
            throw new IllegalArgumentException("must not have . or .. in its path");
        }
        return new UrlTemplate(parts.group(1), segments, query.isEmpty() ? List.of() : List.of(query.split("&", -1)));
    }

    /// All places.
    Set<String> names() {
        Set<String> names = pathNames();
        pairs.forEach(pair -> names.addAll(places(pair)));
        return names;
    }

    Set<String> pathNames() {
        Set<String> names = new LinkedHashSet<>();
        segments.forEach(segment -> names.addAll(places(segment)));
        return names;
    }

    private static List<String> places(String text) {
        return PLACE.matcher(text).results().map(place -> place.group(1)).toList();
    }

    /// The URL with the arguments in their places.
    ///
    /// @param more is added to the query
    /// @throws ToolException one of them does not fit its place
    String filled(JsonNode arguments, Map<String, JsonNode> more) throws ToolException {
        var url = new StringBuilder(origin);
        for (String segment : segments) {
            url.append('/').append(segment(segment, arguments));
        }
        char before = '?';
        for (String pair : pairs) {
            @Nullable String filled = pair(pair, arguments);
            if (filled != null) {
                url.append(before).append(filled);
                before = '&';
            }
        }
        for (Map.Entry<String, JsonNode> each : more.entrySet()) {
            for (JsonNode value : each.getValue().isArray() ? each.getValue() : List.of(each.getValue())) {
                url.append(before).append(escaped(each.getKey())).append('=').append(escaped(RemoteJson.text(value)));
                before = '&';
            }
        }
        return url.toString();
    }

    private static String segment(String segment, JsonNode arguments) throws ToolException {
        for (String name : places(segment)) {
            String value = RemoteJson.text(arguments.path(name));
            // Some servers take an escaped slash for a slash.
            if (value.isEmpty() || CLIMBS.matcher(value).matches()) {
                throw new ToolException("\"" + name + "\" can't be part of a path: it must not be empty, . or ..");
            }
        }
        String filled = fill(segment, arguments);
        if (CLIMBS.matcher(filled).matches()) {
            throw new ToolException("these arguments would leave the path");
        }
        return filled;
    }

    /// Left out where its argument is.
    private static @Nullable String pair(String pair, JsonNode arguments) {
        return places(pair).stream().allMatch(arguments::hasNonNull) ? fill(pair, arguments) : null;
    }

    private static String fill(String text, JsonNode arguments) {
        return PLACE.matcher(text)
                .replaceAll(
                        place -> Matcher.quoteReplacement(escaped(RemoteJson.text(arguments.path(place.group(1))))));
    }

    private static String escaped(String value) {
        var escaped = new StringBuilder();
        for (byte b : value.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (plain || "-._~".indexOf(c) >= 0) {
                escaped.append(c);
            } else {
                escaped.append('%').append("%02X".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    /// As it was written.
    @Override
    public String toString() {
        String path = segments.stream().map(segment -> "/" + segment).collect(Collectors.joining());
        return origin + path + (pairs.isEmpty() ? "" : "?" + String.join("&", pairs));
    }
}
