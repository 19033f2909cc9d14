package dev.turnpike.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SseWriterTest {
    private final Writes writes = new Writes();
    private final SseWriter sse = new SseWriter(writes);

    @Test
    void anEventIsOneWriteAndOneFlush() throws IOException {
        sse.event("greeting", data -> {
            data.ascii("{\"text\":");
            data.quoted("hello\nyou");
            data.write('}');
        });
        sse.event(SseWriter.ascii("event: more\ndata: "), data -> data.number(7));
        sse.event(SseWriter.ascii("data: {\"a\":"), "\"é\"", SseWriter.ascii("}"));
        sse.keepAlive();
        sse.done();

        assertThat(writes.calls)
                .containsExactly(
                        "event: greeting\ndata: {\"text\":\"hello\\nyou\"}\n\n",
                        "flush",
                        "event: more\ndata: 7\n\n",
                        "flush",
                        "data: {\"a\":\"\\\"é\\\"\"}\n\n",
                        "flush",
                        ": keep-alive\n\n",
                        "flush",
                        "data: [DONE]\n\n",
                        "flush");
    }

    @Test
    void ourOwnReaderReadsWhatIsWritten() throws IOException {
        sse.event("first", data -> data.quoted("\u0000 \u2028 é 😀"));
        sse.keepAlive();
        sse.event("second", data -> data.quoted(""));
        var reader = new SseReader(new ByteArrayInputStream(writes.all().getBytes(UTF_8)));

        List<String> read = new ArrayList<>();
        while (reader.next()) {
            read.add(reader.event() + " " + reader.data());
        }
        assertThat(read).containsExactly("first \"\\u0000 \u2028 é 😀\"", "second \"\"");
    }

    @Test
    void eventsOfSeveralWritersDoNotMix() throws Exception {
        int writers = 8;
        int each = 200;
        var start = new CountDownLatch(1);
        List<Future<String>> written = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < writers; writer++) {
                String name = "writer" + writer;
                written.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < each; i++) {
                        sse.event(name, data -> data.quoted(name.repeat(20)));
                    }
                    return name;
                }));
            }
            start.countDown();
            for (Future<String> writing : written) {
                assertThat(writing.get()).startsWith("writer");
            }
        }
        assertThat(writes.calls).hasSize(2 * writers * each);
        assertThat(writes.calls)
                .filteredOn(call -> !call.equals("flush"))
                .allSatisfy(call -> assertThat(call).matches("event: (writer\\d)\ndata: \"(\\1){20}\"\n\n"));
    }

    @Test
    void aFailedWriteIsTheCallersToKnowAndLeavesNothingBehind() throws IOException {
        writes.broken = true;
        assertThatThrownBy(() -> sse.event("lost", data -> data.quoted("x"))).isInstanceOf(IOException.class);
        writes.broken = false;
        sse.event("found", data -> data.quoted("y"));
        assertThat(writes.calls).containsExactly("event: found\ndata: \"y\"\n\n", "flush");
    }

    @Test
    void whatFailsWhileAnEventIsMadeIsNotSentInPart() throws IOException {
        assertThatThrownBy(() -> sse.event("half", data -> {
                    data.ascii("{\"half\":");
                    throw new IllegalStateException("no value");
                }))
                .isInstanceOf(IllegalStateException.class);
        sse.event("whole", data -> data.quoted("y"));
        assertThat(writes.calls).containsExactly("event: whole\ndata: \"y\"\n\n", "flush");
    }

    /// Notes each call of it, in order.
    private static final class Writes extends OutputStream {
        private final List<String> calls = new ArrayList<>();
        private boolean broken;

        @Override
        public void write(int b) {
            throw new IllegalStateException("a byte for itself");
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            if (broken) {
                throw new IOException("the reader has gone");
            }
            calls.add(new String(bytes, from, count, UTF_8));
        }

        @Override
        public void flush() {
            calls.add("flush");
        }

        String all() {
            return String.join("", calls).replace("flush", "");
        }
    }
}
