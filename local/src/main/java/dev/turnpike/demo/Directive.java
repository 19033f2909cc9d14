package dev.turnpike.demo;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a message in square brackets makes the model do, for tests and for those who want to see a fault happen:
/// `[tool turns: 20]`, `[tool turns: 20 of calculate, recall]`, `[words: 500]`, `[fail: 503]`, `[stall]`, `[cut]`,
/// `[garbage]`, `[no end]`, `[endless]`,
/// `[drip]`. A fault happens for ever, or as often as it says: `[fail: 503 x2]`, `[cut x1]`. What follows `[plan]` is
/// JSON: a list of turns, each a list of calls, as
/// `[plan] [[{"tool": "read_file", "arguments": {"path": "a.txt"}}], [{"tool": "recall"}]]`.
sealed interface Directive {
    /// Calls tools that many times, one after the other, before it answers.
    ///
    /// @param tools in turn
    record ToolTurns(int count, List<String> tools) implements Directive {}

    /// Makes just these calls, turn by turn, before it answers.
    record Plan(List<List<Reply.Call>> turns) implements Directive {
        private static final String MARK = "[plan]";

        /// @param text that holds the mark
        static Plan read(String text) {
            JsonNode turns = JsonMapper.shared().readTree(text.substring(text.indexOf(MARK) + MARK.length()));
            return new Plan(turns.valueStream()
                    .map(turn -> turn.valueStream().map(Plan::call).toList())
                    .toList());
        }

        private static Reply.Call call(JsonNode call) {
            JsonNode arguments = call.path("arguments");
            return new Reply.Call(
                    call.path("tool").asString(), arguments.isMissingNode() ? "{}" : arguments.toString());
        }
    }

    record Words(int count) implements Directive {}

    /// Happens so many times to one question.
    sealed interface Fault extends Directive {
        int times();
    }

    /// Refuses with this HTTP status.
    record Fail(int status, int times) implements Fault {}

    /// Begins to answer and does not come to the end.
    record Break(Way way, int times) implements Fault {}

    enum Way {
        /// Says nothing more until the client goes.
        STALL,
        /// Breaks the connection.
        CUT,
        /// Sends a chunk that is not JSON, and ends.
        GARBAGE,
        /// Ends as if that had been all, without a finish reason, usage or end mark.
        NO_END,
        /// Goes on for ever, whatever limit was set.
        ENDLESS,
        /// The same, a word now and then: never silent for long, and never done.
        DRIP
    }

    Pattern FORM = Pattern.compile(
            "\\[(?:tool turns: *(?<turns>\\d{1,6})(?: of (?<tools>[\\w, -]+))?|words: *(?<words>\\d{1,6})"
                    + "|(?:fail: *(?<status>[45]\\d\\d)|(?<way>stall|cut|garbage|no end|endless|drip))"
                    + "(?: *x(?<times>\\d{1,6}))?)]");

    /// The first one in a text.
    static Optional<Directive> in(String text) {
        if (text.contains(Plan.MARK)) {
            return Optional.of(Plan.read(text));
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        if (matcher.group("turns") != null) {
            String tools = matcher.group("tools");
            List<String> names = tools == null ? List.of("calculate") : List.of(tools.split(", *"));
            return Optional.of(new ToolTurns(Integer.parseInt(matcher.group("turns")), names));
        }
        if (matcher.group("words") != null) {
            return Optional.of(new Words(Integer.parseInt(matcher.group("words"))));
        }
        String often = matcher.group("times");
        int times = often == null ? Integer.MAX_VALUE : Integer.parseInt(often);
        if (matcher.group("status") != null) {
            return Optional.of(new Fail(Integer.parseInt(matcher.group("status")), times));
        }
        String way = matcher.group("way").replace(' ', '_').toUpperCase(Locale.ROOT);
        return Optional.of(new Break(Way.valueOf(way), times));
    }
}
