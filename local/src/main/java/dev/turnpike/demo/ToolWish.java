package dev.turnpike.demo;

import dev.turnpike.demo.ChatRequest.OfferedTool;
import dev.turnpike.demo.Reply.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Which of the offered tools a text asks for, and with what arguments.
final class ToolWish {
    private static final Pattern TIME =
            Pattern.compile("\\b(what time|the time|current time|what day|which day|today's date|time is it)\\b");
    private static final Pattern SUM =
            Pattern.compile("[-+]?\\(*\\d[\\d.]*\\)*(?:\\s*[-+*/^×·]\\s*\\(*-?\\d[\\d.]*\\)*)+");
    private static final Pattern SPOKEN_SUM =
            Pattern.compile("(?:sum of|add) (-?\\d+(?:\\.\\d+)?) (?:and|to|plus) (-?\\d+(?:\\.\\d+)?)");
    private static final Pattern REMEMBER = Pattern.compile(
            "\\b(?:remember|note|keep in mind)\\b(?: that)?:? (.+)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern RECALL =
            Pattern.compile("\\b(recall|what did i (?:ask|tell) you to remember|what do you remember|your notes)\\b");
    private static final Pattern ZONE = Pattern.compile("\\b([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)\\b");
    private static final Map<String, String> ZONES = Map.of(
            "berlin", "Europe/Berlin",
            "london", "Europe/London",
            "paris", "Europe/Paris",
            "new york", "America/New_York",
            "san francisco", "America/Los_Angeles",
            "tokyo", "Asia/Tokyo",
            "sydney", "Australia/Sydney");

    private final ChatRequest request;
    private final String text;
    private final String lower;

    ToolWish(ChatRequest request) {
        this.request = request;
        this.text = Directive.FORM.matcher(request.question()).replaceAll("");
        this.lower = text.toLowerCase(Locale.ROOT);
    }

    /// In the order in which they were offered; only the first when one at a time is wanted.
    List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        for (OfferedTool tool : request.tools()) {
            if (wanted(tool.name()) && (calls.isEmpty() || request.rules().parallel())) {
                calls.add(call(tool));
            }
        }
        return calls;
    }

    private boolean wanted(String tool) {
        return switch (tool) {
            case "current_time" -> TIME.matcher(lower).find() || named(tool);
            case "calculate" -> sum().isPresent() || named(tool);
            case "recall" -> RECALL.matcher(lower).find() || named(tool);
            case "remember" ->
                !RECALL.matcher(lower).find() && (REMEMBER.matcher(text).find() || named(tool));
            default -> named(tool);
        };
    }

    /// "use get_weather", "call the tool get_weather".
    private boolean named(String tool) {
        return Pattern.compile(
                        "\\b(use|call|run|invoke)\\b.*\\b" + Pattern.quote(tool.toLowerCase(Locale.ROOT)) + "\\b",
                        Pattern.DOTALL)
                .matcher(lower)
                .find();
    }

    Call call(OfferedTool tool) {
        JsonNode arguments = SampleValue.of(tool.parameters(), text);
        if (arguments instanceof ObjectNode object) {
            known(tool.name()).forEach((name, value) -> {
                if (tool.parameters().path("properties").has(name)) {
                    object.put(name, value);
                }
            });
            return new Call(tool.name(), object.toString());
        }
        return new Call(tool.name(), JsonNodeFactory.instance.objectNode().toString());
    }

    /// What the text says about the arguments of the tools that come with Turnpike.
    private Map<String, String> known(String tool) {
        return switch (tool) {
            case "current_time" -> Map.of("zone", zone());
            case "calculate" -> Map.of("expression", sum().orElse("6 * 7"));
            case "remember" -> Map.of("name", noteName(), "text", note());
            default -> Map.of();
        };
    }

    private Optional<String> sum() {
        Matcher spoken = SPOKEN_SUM.matcher(lower);
        if (spoken.find()) {
            return Optional.of(spoken.group(1) + " + " + spoken.group(2));
        }
        return SUM.matcher(text)
                .results()
                .map(found -> found.group().strip().replace('×', '*').replace('·', '*'))
                .findFirst();
    }

    private String zone() {
        Matcher zone = ZONE.matcher(text);
        return zone.find()
                ? zone.group(1)
                : ZONES.entrySet().stream()
                        .filter(city -> lower.contains(city.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("UTC");
    }

    private String note() {
        Matcher note = REMEMBER.matcher(text);
        return note.find() ? note.group(1).strip() : text.strip();
    }

    /// The note's first words.
    private String noteName() {
        String[] words = note().split("\\W+", 4);
        return String.join(" ", List.of(words).subList(0, Math.min(3, words.length)))
                .strip();
    }
}
