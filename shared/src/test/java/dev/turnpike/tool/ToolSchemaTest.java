package dev.turnpike.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolSchemaTest {
    enum Unit {
        METRE,
        FOOT
    }

    record Point(@Describe("degrees east") double x, double y) {}

    record Route(
            @Describe("what it is called") String name,
            int legs,
            Unit unit,
            @Nullable Unit shownIn,
            List<Point> points,
            Map<String, Integer> tags,
            @Nullable String note,
            Optional<BigDecimal> length,
            boolean closed) {
        static final int UNRELATED = 3;
    }

    private final ToolSchema<Route> schema = ToolSchema.of(Route.class);

    @Test
    void theSchemaDescribesTheRecord() {
        assertThat(schema.json()).isEqualTo("""
            {"$defs":{"Unit":{"type":"string","enum":["METRE","FOOT"]}},"type":"object","properties":{\
            "name":{"type":"string","description":"what it is called"},\
            "legs":{"type":"integer"},\
            "unit":{"$ref":"#/$defs/Unit"},\
            "shownIn":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/Unit"}]},\
            "points":{"type":"array","items":{"type":"object","properties":{\
            "x":{"type":"number","description":"degrees east"},"y":{"type":"number"}},\
            "required":["x","y"],"additionalProperties":false}},\
            "tags":{"type":"object","additionalProperties":{"type":"integer"}},\
            "note":{"type":["string","null"]},\
            "length":{"type":["number","null"]},\
            "closed":{"type":"boolean"}},\
            "required":["name","legs","unit","points","tags","closed"],"additionalProperties":false}\
            """);
    }

    @Test
    void aRecordWithoutComponentsStillHasProperties() {
        assertThat(ToolSchema.generate(Calls.NoArguments.class))
                .isEqualTo("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{}}");
    }

    @Test
    void aGivenSchemaIsShownAsItIsAndItsArgumentsAreHandedOnAsText() throws ToolException {
        String json = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}";
        ToolSchema<String> given = ToolSchema.given(json);

        assertThat(given.json()).isEqualTo(json);
        assertThat(given.read(" { \"n\" : 1 } ")).isEqualTo("{\"n\":1}");
        assertThatThrownBy(() -> given.read("{\"n\":\"one\"}"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("n");
    }

    @Test
    void wellFormedArgumentsBecomeTheRecord() throws ToolException {
        Route route = schema.read("""
            {"name": "Ring ☂", "legs": 2, "unit": "FOOT", "shownIn": null, "points": [{"x": 1.5, "y": -2}],
             "tags": {"a": 1}, "length": 12.25, "closed": true}\
            """);
        assertThat(route)
                .isEqualTo(new Route(
                        "Ring ☂",
                        2,
                        Unit.FOOT,
                        null,
                        List.of(new Point(1.5, -2)),
                        Map.of("a", 1),
                        null,
                        Optional.of(new BigDecimal("12.25")),
                        true));
    }

    @DisplayName("fault 26: arguments that are not what the schema says are refused with the reason")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                      | there are none; send a JSON object",
                "`  `                                    | there are none; send a JSON object",
                "{\"name\": \"x\"                        | not valid JSON",
                "{'name': 'x'}                           | not valid JSON",
                "{} {}                                   | not valid JSON",
                "{\"name\": \"a\", \"name\": \"b\"}      | not valid JSON: Duplicate",
                "[]                                      | the whole must be object, not array",
                "\"\"                                    | the whole must be object, not string",
                "null                                    | the whole must be object, not null",
                "{}                                      | missing \"name\"; missing \"legs\"; missing \"unit\"",
                "OK,\"extra\": 1}                        | unknown field \"extra\"",
                "OK,\"note\": 1}                         | \"note\" must be [string, null], not integer",
                "OK,\"shownIn\": \"MILE\"}               | \"shownIn\" must be one of [\"METRE\",\"FOOT\"]",
                "OK,\"legs\": 1}                         | not valid JSON: Duplicate",
                "{\"legs\": 99999999999, POINTS 1}]}     | \"legs\" is out of range or malformed",
                "{\"legs\": 1.5, POINTS 1}]}             | \"legs\" must be integer, not number",
                "{\"legs\": 1, POINTS 1, \"z\": 1}]}     | unknown field \"z\" in \"points/0\"",
                "{\"legs\": 1, POINTS \"n\"}]}           | \"points/0/y\" must be number, not string",
                "{\"legs\": 1, POINTS null}]}            | \"points/0/y\" must be number, not null",
            })
    void mistakesOfTheModelAreNamed(String sent, String reason) {
        String points =
                "\"name\": \"a\", \"unit\": \"FOOT\", \"tags\": {}, \"closed\": true, \"points\": [{\"x\": 1, \"y\":";
        String json = sent.replace("POINTS", points).replace("OK,", "{\"legs\": 1, " + points + " 1}],");
        assertThatThrownBy(() -> schema.read(json))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("FOOT\"]; \"shownIn\"");
    }

    @DisplayName("fault 26: arguments that are too long or too deep are refused unread")
    @Test
    void oversizedArgumentsAreRefused() {
        assertThatThrownBy(() -> schema.read("{\"name\": \"" + "x".repeat(2_000_000) + "\"}"))
                .isInstanceOf(ToolException.class)
                .hasMessage("2,000,012 characters are too long, at most 262,144 are accepted");
        assertThatThrownBy(() -> schema.read("[".repeat(100_000)))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("nested deeper than 32 levels");
        assertThatThrownBy(() -> schema.read("{\"legs\": " + "9".repeat(10_000) + "}"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("a number too long");
    }

    @Test
    void theReasonStaysShortHoweverLongTheMistake() {
        StringBuilder sent = new StringBuilder("{");
        for (int i = 0; i < 1_000; i++) {
            sent.append('"').append(i).append("x".repeat(200)).append("\":1,");
        }
        String json =
                sent.append("\"").append("y".repeat(50_000)).append("\": 1}").toString();
        assertThatThrownBy(() -> schema.read(json))
                .isInstanceOf(ToolException.class)
                .message()
                .hasSizeLessThan(1_000);
    }
}
