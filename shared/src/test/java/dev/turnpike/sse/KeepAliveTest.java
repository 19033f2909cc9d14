package dev.turnpike.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeepAliveTest {
    private static final Duration AT_ONCE = Duration.ofNanos(1);

    @Test
    void aSilentStreamGetsComments() throws Exception {
        var stream = new Stream(3);
        try (var _ = KeepAlive.every(AT_ONCE, new SseWriter(stream))) {
            assertThat(stream.written.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(stream.writes).contains(": keep-alive\n\n");
    }

    @Test
    void aStreamThatIsBusyGetsNone() throws Exception {
        var stream = new Stream(100);
        var sse = new SseWriter(stream);
        try (var _ = KeepAlive.every(Duration.ofHours(1), sse)) {
            for (int i = 0; i < 100; i++) {
                sse.event("busy", data -> data.quoted("x"));
            }
        }
        assertThat(stream.writes).hasSize(100).noneMatch(write -> write.startsWith(":"));
    }

    @Test
    void nothingIsWrittenOnceItIsClosed() throws Exception {
        Map<Stream, Integer> writesWhenClosed = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            var stream = new Stream(1);
            var keepAlive = KeepAlive.every(AT_ONCE, new SseWriter(stream));
            stream.written.await();
            keepAlive.close();
            writesWhenClosed.put(stream, stream.writes.size());
        }
        writesWhenClosed.forEach((stream, writes) -> assertThat(stream.writes).hasSize(writes));
    }

    @Test
    void closingWakesItFromALongSilence() {
        var stream = new Stream(1);
        var keepAlive = KeepAlive.every(Duration.ofHours(1), new SseWriter(stream));
        keepAlive.close();
        assertThat(stream.writes).isEmpty();
    }

    @Test
    void itEndsWhenNobodyListensAnyMore() throws Exception {
        var stream = new Stream(1);
        stream.broken = true;
        try (var _ = KeepAlive.every(AT_ONCE, new SseWriter(stream))) {
            assertThat(stream.written.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(stream.writes).hasSize(1);
    }

    /// Says when it has been written to so often.
    private static final class Stream extends OutputStream {
        private final List<String> writes = new CopyOnWriteArrayList<>();
        private final CountDownLatch written;
        private volatile boolean broken;

        Stream(int expected) {
            this.written = new CountDownLatch(expected);
        }

        @Override
        public void write(int b) {
            throw new IllegalStateException("a byte for itself");
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            writes.add(new String(bytes, from, count, US_ASCII));
            written.countDown();
            if (broken) {
                throw new IOException("the reader has gone");
            }
        }
    }
}
