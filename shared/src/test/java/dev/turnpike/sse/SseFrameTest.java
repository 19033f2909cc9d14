package dev.turnpike.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// The hand-written JSON strings of the hot path, held against a JSON library's own.
class SseFrameTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern LONG_ESCAPE = Pattern.compile("\\\\u(00[0-9a-fA-F]{2})");

    @Test
    void everyCharacterOfTheBasicPlaneIsReadBackAsItWas() throws IOException {
        for (int c = 0; c <= 0xFFFF; c++) {
            String text = "a" + (char) c + "z";
            boolean half = Character.isSurrogate((char) c);
            assertThat(readBack(text)).as("U+%04X", c).isEqualTo(half ? "a\uFFFDz" : text);
        }
    }

    @Test
    void randomTextIsWrittenAsJacksonReadsAndWritesIt() throws IOException {
        var random = new Random(20261101);
        for (int i = 0; i < 5_000; i++) {
            String text = random(random);
            String sound = soundBy(text);
            assertThat(readBack(text)).isEqualTo(sound);
            assertThat(sameEscapes(quoted(text))).isEqualTo(sameEscapes(JSON.writeValueAsString(sound)));
        }
    }

    /// Writers may choose between a control character's short and long escape, and the case of the long one.
    private static String sameEscapes(String json) {
        return LONG_ESCAPE
                .matcher(json.replace("\\b", "\\u0008").replace("\\f", "\\u000c"))
                .replaceAll(escape -> escape.group(1).toLowerCase(Locale.ROOT));
    }

    private static String random(Random random) {
        var text = new StringBuilder();
        int length = random.nextInt(60);
        while (text.length() < length) {
            switch (random.nextInt(7)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append("\"\\/\u007f\u2028\u2029\u202e".charAt(random.nextInt(7)));
                case 2 -> text.append((char) random.nextInt(0x10000));
                case 3 -> text.append((char) (0xD800 + random.nextInt(0x800)));
                case 4 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                case 5 -> text.append((char) (0x80 + random.nextInt(0x780)));
                default -> text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }

    private static String soundBy(String text) {
        var sound = new StringBuilder();
        text.codePoints()
                .map(point -> point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point)
                .forEach(sound::appendCodePoint);
        return sound.toString();
    }

    @Test
    void noByteOfAStringCanEndALineOfTheStream() throws IOException {
        var all = new StringBuilder();
        for (char c = 0; c < 0x3000; c++) {
            all.append(c);
        }
        assertThat(quoted(all.toString())).doesNotContain("\n", "\r");
    }

    @Test
    void aFrameGrowsWithWhatIsWrittenIntoIt() throws IOException {
        var frame = new SseFrame();
        String large = "é😀\n".repeat(100_000);
        frame.ascii("x".repeat(3_000));
        frame.quoted(large);
        frame.number(Long.MIN_VALUE);
        frame.write('!');
        assertThat(text(frame))
                .isEqualTo("x".repeat(3_000) + '"' + large.replace("\n", "\\n") + "\"-9223372036854775808!");
        frame.reset();
        frame.ascii("short");
        assertThat(text(frame)).isEqualTo("short");
    }

    private static String readBack(String text) throws IOException {
        return JSON.readTree(quoted(text)).asString();
    }

    private static String quoted(String text) throws IOException {
        var frame = new SseFrame();
        frame.quoted(text);
        return text(frame);
    }

    /// Fails on what is not UTF-8.
    private static String text(SseFrame frame) throws CharacterCodingException, IOException {
        var bytes = new ByteArrayOutputStream();
        frame.writeTo(bytes);
        return UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
    }
}
