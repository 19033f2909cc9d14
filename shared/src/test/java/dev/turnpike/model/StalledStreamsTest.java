package dev.turnpike.model;

import static dev.turnpike.model.ScriptedProvider.STREAM_HEAD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ScriptedProvider.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A provider that takes a thousand requests, sends headers, and then nothing that matters.
@Timeout(60)
class StalledStreamsTest {
    private static final int STREAMS = 1_000;
    /// Of the streams, those that are kept alive with comments, which no silence ends.
    private static final int WITH_COMMENTS = 20;

    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration WHOLE = Duration.ofSeconds(7);
    private static final Duration BETWEEN_COMMENTS = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long MEGABYTE = 1 << 20;
    private static final Pattern THREAD = Pattern.compile("\"tid\":");

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "Row 20: a thousand stalled streams end by their deadlines; no thread, socket or memory is left behind")
    void aThousandStalledStreamsLeaveNothingBehind() throws Exception {
        try (var provider = new ScriptedProvider(this::stall)) {
            var settings = new ModelSettings(
                    "openai",
                    provider.baseUri(),
                    () -> "",
                    true,
                    WHOLE,
                    SILENCE,
                    SILENCE,
                    Dialect.of(provider.baseUri()));
            var client = new ChatCompletionsClient(settings, String::length, InstantSource.system());
            // What is there for every call is made by the first ones.
            run(client, 50, Duration.ofSeconds(1));
            awaitAtMost(open::get, 0);
            int threads = threads();
            long heap = heap();

            run(client, STREAMS, WHOLE);

            assertThat(mostOpen).as("open at one time").hasValueGreaterThan(STREAMS / 4);
            awaitAtMost(open::get, 0);
            awaitAtMost(this::threads, threads + 5);
            long grown = heap() - heap;
            System.out.printf(
                    "%d stalled streams, %d at one time: %d threads before, %d after; heap %+d KB%n",
                    STREAMS, mostOpen.get(), threads, threads(), grown / 1024);
            assertThat(grown).isLessThan(8 * MEGABYTE);
            client.reset();
        }
    }

    private void stall(Wire wire) throws IOException {
        int number = open.incrementAndGet();
        mostOpen.accumulateAndGet(number, Math::max);
        try {
            wire.send(STREAM_HEAD);
            if (wire.request().contains("with comments")) {
                while (!wire.callerIsGoneWithin(BETWEEN_COMMENTS)) {
                    wire.send("e\r\n: still there\n\r\n");
                }
            } else {
                wire.stall();
            }
        } finally {
            open.decrementAndGet();
        }
    }

    private static void run(ModelClient client, int streams, Duration whole)
            throws InterruptedException, ExecutionException {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Kind>> calls = IntStream.range(0, streams)
                    .mapToObj(i -> callers.submit(
                            () -> failure(client, i < WITH_COMMENTS ? "with comments" : "silent", whole)))
                    .toList();
            for (Future<Kind> call : calls) {
                assertThat(call.get()).isEqualTo(Kind.TIMEOUT);
            }
        }
    }

    private static Kind failure(ModelClient client, String question, Duration whole) {
        var request = new ModelRequest(
                "harbour-2",
                null,
                List.of(Item.Message.text("msg_1", Role.USER, question)),
                List.of(),
                ToolChoice.AUTO,
                true,
                10,
                Map.of());
        try {
            throw new AssertionError(client.stream(request, Deadline.in(whole, InstantSource.system()), _ -> {})
                    .text());
        } catch (ModelException e) {
            return e.kind();
        }
    }

    /// What ends, ends some time after the deadlines, at the other end of a socket at that.
    private static void awaitAtMost(IntSupplier count, int most) {
        long start = System.nanoTime();
        while (count.getAsInt() > most && System.nanoTime() - start < PATIENCE.toNanos()) {
            Thread.onSpinWait();
        }
        assertThat(count.getAsInt()).isLessThanOrEqualTo(most);
    }

    /// Of both kinds: no other list has the virtual ones.
    private int threads() {
        try {
            Path file = folder.resolve("threads.json").toAbsolutePath();
            Files.deleteIfExists(file);
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
            return (int) THREAD.matcher(Files.readString(file, UTF_8)).results().count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
