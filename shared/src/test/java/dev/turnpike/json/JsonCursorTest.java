package dev.turnpike.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

class JsonCursorTest {
    private static final long SEED = 20_261_125;
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final JsonFactory JACKSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxNumberLength(200)
                    .build())
            .build();
    /// What is put where it does not belong, or belongs.
    private static final String PIECES = "{}[]\",:\\/ \t\n\r\u0000\u001f\u007fe.+-0123456789aEbunrtfls\u00e9\u20ac";

    private static final List<String> TEXTS = List.of("""
        {"id": "c-1", "created": 1741570283, "choices": [{"index": 0, "delta": {"content": " ferry"},
         "logprobs": null, "finish_reason": null}], "usage": {"prompt_tokens": 19, "rate": -1.5e+3}}\
        """, """
        {"a":"\\u00e9\\n\\"\\\\\\/\\ud83d\\ude00","b":[true,false,null,[],{}, 0, -0.0, 1e9, "\u20ac"],"":{"":[[[1]]]}}\
        """, """
        { "error" : { "message" : "too many" , "code" : 429 } }
        """);

    @Test
    @DisplayName("What another JSON parser refuses is refused, and what it takes is taken, whatever became of the text")
    void itTakesWhatAnotherParserTakes() {
        var random = new Random(SEED);
        int taken = 0;
        for (int i = 0; i < 40_000; i++) {
            String text = changed(TEXTS.get(i % TEXTS.size()), random);
            boolean jackson = isTakenByJackson(text);
            assertThat(isTaken(text)).as("number %d: %s", i, text).isEqualTo(jackson);
            taken += jackson ? 1 : 0;
        }
        assertThat(taken).isBetween(2_000, 38_000);
    }

    private static String changed(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            int place = random.nextInt(changed.length());
            char piece = PIECES.charAt(random.nextInt(PIECES.length()));
            switch (random.nextInt(4)) {
                case 0 -> changed.deleteCharAt(place);
                case 1 -> changed.insert(place, piece);
                case 2 -> changed.setCharAt(place, piece);
                default -> changed.setLength(Math.max(1, changed.length() - random.nextInt(3)));
            }
        }
        return changed.toString();
    }

    private static boolean isTaken(String text) {
        try {
            JsonCursor json = at(text);
            json.skip();
            json.end();
            return true;
        } catch (MalformedJsonException _) {
            return false;
        }
    }

    private static boolean isTakenByJackson(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        try (JsonParser parser = JACKSON.createParser(ObjectReadContext.empty(), bytes)) {
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            parser.skipChildren();
            return object && parser.nextToken() == null;
        } catch (JacksonException _) {
            return false;
        }
    }

    @Test
    void textIsWhatAnotherParserReadsOfIt() {
        var random = new Random(SEED);
        for (int i = 0; i < 5_000; i++) {
            String written = written(random);
            String expected = MAPPER.readTree("[" + written + "]").get(0).asString();
            assertThat(value(written, JsonCursor::string)).as(written).isEqualTo(expected);
            assertThat(value(written, JsonCursor::stringOrJson)).as(written).isEqualTo(expected);
        }
    }

    /// A string of every kind of character, each written in one of the ways in which it can be.
    private static String written(Random random) {
        var text = new StringBuilder("\"");
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append(
                    switch (random.nextInt(6)) {
                        case 0 -> "\\u%04x".formatted(random.nextInt(0x10000));
                        case 1 -> "\\" + "\"\\/bfnrt".charAt(random.nextInt(8));
                        case 2 -> "\u00e9";
                        case 3 -> "\u20ac";
                        case 4 -> "\ud83d\ude00";
                        default -> "word ";
                    });
        }
        return text.append('"').toString();
    }

    @Test
    void jsonInPlaceOfTextKeepsItsMeaningAndLosesItsSpaces() {
        for (String text : TEXTS) {
            String json = value(text, JsonCursor::stringOrJson);

            assertThat(MAPPER.readTree(json)).isEqualTo(MAPPER.readTree(text));
            assertThat(json).doesNotContain("\n", ": ", " :");
        }
        assertThat(value("{ \"a b\" : [ 1 , \" \" ] }", JsonCursor::stringOrJson))
                .isEqualTo("{\"a b\":[1,\" \"]}");
        assertThat(value("null", JsonCursor::stringOrJson)).isEmpty();
        assertThat(value("12.50", JsonCursor::stringOrJson)).isEqualTo("12.50");
    }

    @Test
    void aValueOfAnotherTypeCountsAsAbsentAndIsPassed() {
        for (String other : List.of("null", "true", "false", "7.5", "[1, \"x\"]", "{\"a\": {\"b\": 1}}")) {
            assertThat(value(other, JsonCursor::string)).isEmpty();
            assertThat(intOf(other)).isEqualTo(-1);
            assertThat(saysError(other)).isFalse();
        }
        assertThat(value("[1]", JsonCursor::firstField)).isNull();
        assertThat(value("\"x\"", JsonCursor::firstElement)).isFalse();
        assertThat(value("[]", JsonCursor::number)).isZero();
    }

    @Test
    void numbersAreReadAsNumbersOrAsText() {
        assertThat(value("17", JsonCursor::number)).isEqualTo(17);
        assertThat(value("-1.5e2", JsonCursor::number)).isEqualTo(-150);
        assertThat(value("\" 17 \"", JsonCursor::number)).isEqualTo(17);
        for (String none : List.of("\"\"", "\"many\"", "\"NaN\"", "\"Infinity\"", "\"1d\"", "\"1 2\"", "null")) {
            assertThat(value(none, JsonCursor::number)).as(none).isZero();
        }
        assertThat(intOf("3")).isEqualTo(3);
        assertThat(intOf("-3")).isEqualTo(-3);
        assertThat(intOf("3.0")).isEqualTo(-1);
        assertThat(intOf("3000000000")).isEqualTo(-1);
    }

    @Test
    void whatSaysNothingIsNotTrue() {
        for (String nothing : List.of("null", "false", "\"\"")) {
            assertThat(value(nothing, JsonCursor::truth)).as(nothing).isFalse();
        }
        for (String something : List.of("true", "0", "\"x\"", "{}", "[]", "{\"code\": 1}")) {
            assertThat(value(something, JsonCursor::truth)).as(something).isTrue();
        }
    }

    @Test
    void aWordIsComparedWithoutMakingOne() {
        assertThat(saysError("\"error\"")).isTrue();
        assertThat(saysError("\"errors\"")).isFalse();
        assertThat(saysError("\"erro\"")).isFalse();
        assertThat(saysError("\"\"")).isFalse();
    }

    @Test
    void bytesThatAreNotUtf8BecomeTheReplacementCharacter() {
        JsonCursor json = at("{\"v\":\"caf\u00e9 \u00ff\\n\"}", ISO_8859_1);
        json.firstField();

        assertThat(json.string()).isEqualTo("caf\uFFFD \uFFFD\n");
    }

    @Test
    void nestingAndNumbersHaveALimit() {
        assertThat(isTaken("{\"v\":" + "[".repeat(199) + "]".repeat(199) + "}")).isTrue();
        assertThat(isTaken("{\"v\":" + "[".repeat(200) + "]".repeat(200) + "}")).isFalse();
        assertThat(isTaken("{\"v\":" + "{\"a\":".repeat(100_000))).isFalse();
        assertThat(isTaken("{\"v\":" + "9".repeat(400) + "}")).isTrue();
        assertThat(isTaken("{\"v\":" + "9".repeat(401) + "}")).isFalse();
    }

    @Test
    void oneCursorReadsManyTextsAndKnowsTheirNamesApart() {
        var json = new JsonCursor();
        for (int i = 0; i < 5_000; i++) {
            String text = "  {\"field%d\":%d,\"\":1, \"\u00e9%d\":2}".formatted(i, i, i);
            byte[] bytes = text.getBytes(UTF_8);
            json.begin(bytes, 1, bytes.length - 1);
            assertThat(json.firstField()).isEqualTo("field" + i);
            assertThat(json.intOr(-1)).isEqualTo(i);
            assertThat(json.nextField()).isEmpty();
            json.skip();
            assertThat(json.nextField()).isEqualTo("\u00e9" + i);
            json.skip();
            assertThat(json.nextField()).isNull();
            json.end();
        }
    }

    @Test
    void onlyTheSliceIsRead() {
        byte[] bytes = "x{\"v\":\"yz\"}".getBytes(UTF_8);
        var json = new JsonCursor();
        for (int length = 0; length < bytes.length - 1; length++) {
            int cut = length;
            assertThatThrownBy(() -> {
                        json.begin(bytes, 1, cut);
                        json.skip();
                        json.end();
                    })
                    .isInstanceOf(MalformedJsonException.class);
        }
    }

    private static int intOf(String value) {
        return value(value, json -> json.intOr(-1));
    }

    private static boolean saysError(String value) {
        return value(value, json -> json.isString("error"));
    }

    /// What is read of a value, after which its object must end.
    private static <T extends @Nullable Object> T value(String value, Function<JsonCursor, T> read) {
        JsonCursor json = at("{\"v\": " + value + " }");
        json.firstField();
        T result = read.apply(json);
        assertThat(json.nextField()).isNull();
        json.end();
        return result;
    }

    private static JsonCursor at(String text) {
        return at(text, UTF_8);
    }

    private static JsonCursor at(String text, Charset charset) {
        byte[] bytes = text.getBytes(charset);
        var json = new JsonCursor();
        json.begin(bytes, 0, bytes.length);
        return json;
    }
}
