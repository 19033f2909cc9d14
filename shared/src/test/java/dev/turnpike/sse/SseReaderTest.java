package dev.turnpike.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SseReaderTest {
    @Test
    void everyLineEndWorksInAnyMixture() throws IOException {
        assertThat(events("data: a\n\ndata: b\r\rdata: c\r\n\r\ndata: d\r\n\ndata: e\n\r\ndata: f\r\n\r"))
                .containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void linesOfDataAreJoinedByALineFeed() throws IOException {
        assertThat(events("data: one\ndata:two\r\ndata\ndata:  three\n\n")).containsExactly("one\ntwo\n\n three");
    }

    @Test
    void oneSpaceAfterTheColonIsNotPartOfTheValue() throws IOException {
        assertThat(events("data:x\n\ndata: x\n\ndata:  x\n\ndata:x:y\n\n")).containsExactly("x", "x", " x", "x:y");
    }

    @Test
    void commentsAndUnknownFieldsAreSkipped() throws IOException {
        assertThat(events(": hello\n\n:\n\nid: 7\nretry: 10\ndatum: no\ndata: yes\nnonsense\n\n"))
                .containsExactly("yes");
    }

    @Test
    void anEventMayBeNamed() throws IOException {
        assertThat(events("event: ping\ndata: 1\n\ndata: 2\n\nevent: lost\n\ndata: 3\n\n"))
                .containsExactly("ping/1", "2", "3");
    }

    @Test
    void anEventWithEmptyDataIsAnEventAndOneWithoutDataIsNone() throws IOException {
        assertThat(events("data:\n\nevent: nothing\n\n\n\ndata\n\n")).containsExactly("", "");
    }

    @Test
    void aByteOrderMarkIsSkippedAtTheBeginningOnly() throws IOException {
        assertThat(events("\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n"))
                .containsExactly("a", "\uFEFFc");
    }

    @Test
    void whatTheInputEndsInIsAnEventAndSaysSo() throws IOException {
        var sse = new SseReader(bytes("data: a\n\ndata: b\ndata: c"));

        assertThat(sse.next()).isTrue();
        assertThat(sse.endedEarly()).isFalse();
        assertThat(sse.next()).isTrue();
        assertThat(sse.data()).isEqualTo("b\nc");
        assertThat(sse.endedEarly()).isTrue();
        assertThat(sse.next()).isFalse();
        assertThat(sse.next()).isFalse();
    }

    @Test
    void anEventIsThereBeforeTheNextByteIs() throws IOException {
        var sse = new SseReader(new SequenceInputStream(bytes("data: a\r\n\r"), new FailingStream()));

        assertThat(sse.next()).isTrue();
        assertThat(sse.data()).isEqualTo("a");
    }

    @Test
    void anEventLargerThanTheBufferArrivesWhole() throws IOException {
        String large = "0123456789".repeat(20_000);

        assertThat(events("data: small\n\ndata: " + large + "\ndata: " + large + "\n\ndata: after\n\n"))
                .containsExactly("small", large + "\n" + large, "after");
    }

    @Test
    void anEventWithoutEndIsRefusedInBoundedMemory() {
        var sse = new SseReader(new EndlessLine());

        assertThatThrownBy(sse::next).isInstanceOf(EventTooLongException.class);
        assertThat(sse.buffer()).hasSize(SseReader.MAX_EVENT_BYTES);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<String> events(String text) throws IOException {
        var sse = new SseReader(bytes(text));
        var events = new ArrayList<String>();
        while (sse.next()) {
            events.add(sse.event().isEmpty() ? sse.data() : sse.event() + "/" + sse.data());
        }
        return events;
    }

    private static final class FailingStream extends InputStream {
        @Override
        public int read() {
            throw new AssertionError("waits for more");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return read();
        }
    }

    private static final class EndlessLine extends InputStream {
        @Override
        public int read() {
            return 'x';
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            Arrays.fill(target, offset, offset + length, (byte) 'x');
            return length;
        }
    }
}
