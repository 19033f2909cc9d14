package dev.turnpike.demo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a message in square brackets makes the model do, for tests and for those who want to see a fault happen:
/// `[tool turns: 20]`, `[words: 500]`, `[fail: 503]`, `[fail: 503 x2]`, `[stall]`, `[cut]`.
sealed interface Directive {
    /// Calls `calculate` that many times, one after the other, before it answers.
    record ToolTurns(int count) implements Directive {}

    record Words(int count) implements Directive {}

    /// Refuses with this HTTP status, so many times or for ever.
    record Fail(int status, int times) implements Directive {}

    /// Begins to answer and then says nothing more until the client goes.
    record Stall() implements Directive {}

    /// Begins to answer and then breaks the connection.
    record Cut() implements Directive {}

    Pattern FORM = Pattern.compile(
            "\\[(?:tool turns: *(?<turns>\\d{1,6})|words: *(?<words>\\d{1,6})|fail: *(?<status>[45]\\d\\d)(?:"
                    + " *x(?<times>\\d{1,6}))?|(?<stall>stall)|(?<cut>cut))]");

    /// The first one in a text.
    static Optional<Directive> in(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        if (matcher.group("turns") != null) {
            return Optional.of(new ToolTurns(Integer.parseInt(matcher.group("turns"))));
        }
        if (matcher.group("words") != null) {
            return Optional.of(new Words(Integer.parseInt(matcher.group("words"))));
        }
        if (matcher.group("status") != null) {
            String times = matcher.group("times");
            return Optional.of(new Fail(
                    Integer.parseInt(matcher.group("status")),
                    times == null ? Integer.MAX_VALUE : Integer.parseInt(times)));
        }
        return Optional.of(matcher.group("stall") != null ? new Stall() : new Cut());
    }
}
