package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.SnapshotHooks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The runtime loop against the Runtime API of the local stack, over TCP.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamingRuntimeTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private RuntimeApi api;

    @BeforeEach
    void start() throws IOException {
        api = RuntimeApi.start(calls::add);
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    @Test
    void theFirstByteArrivesBeforeTheHandlerHasFinished() throws Exception {
        var goOn = new CountDownLatch(1);
        Loop.start(api, (_, output, _) -> {
            writeAndFlush(output, "first ");
            await(goOn);
            writeAndFlush(output, "second");
        });
        Invocation invocation = invoke("{}");
        assertThat(invocation.streamed()).isTrue();
        assertThat(readAvailable(invocation)).isEqualTo("first ");
        goOn.countDown();
        assertThat(readRest(invocation)).isEqualTo("second");
        assertThat(invocation.error()).isEmpty();
    }

    @Test
    void moreThanAChunkLeavesWithoutAFlushOnceTheAnswerHasBegun() throws Exception {
        var goOn = new CountDownLatch(1);
        Loop.start(api, (_, output, _) -> {
            writeAndFlush(output, "begun");
            output.write(new byte[100_000]);
            await(goOn);
        });
        Invocation invocation = invoke("{}");
        assertThat(invocation.body().readNBytes(80_000)).hasSize(80_000);
        goOn.countDown();
        assertThat(invocation.body().readAllBytes()).hasSize(100_000 + "begun".length() - 80_000);
    }

    @Test
    void anAnswerThatIsNeverFlushedIsBufferedWhateverItsSize() throws Exception {
        Loop.start(api, (input, output, _) -> {
            output.write(input.readAllBytes());
            output.close();
        });
        for (int size : List.of(0, 1, 16 * 1024, 100_000, 1_000_000)) {
            Invocation invocation = invoke("x".repeat(size));
            assertThat(invocation.streamed()).isFalse();
            assertThat(readRest(invocation)).hasSize(size);
            assertThat(invocation.error()).isEmpty();
        }
    }

    @Test
    void anAnswerTooLargeToBeBufferedFailsItsInvocationOnly() throws Exception {
        Loop.start(api, (input, output, _) -> output.write(new byte[Integer.parseInt(text(input))]));
        assertThat(invoke("7000000").error())
                .hasValueSatisfying(error -> assertThat(error).startsWith("Function.ResponseSizeTooLarge"));
        assertThat(readRest(invoke("7"))).hasSize(7);
    }

    @Test
    void aFailureBeforeTheAnswerBeganTakesItsPlace() throws Exception {
        Loop.start(api, (_, output, _) -> {
            output.write("never seen".getBytes(UTF_8));
            throw new IllegalStateException("no table");
        });
        Invocation invocation = invoke("{}");
        assertThat(invocation.streamed()).isFalse();
        assertThat(readRest(invocation)).isEmpty();
        assertThat(invocation.error()).contains("java.lang.IllegalStateException: no table");
    }

    @Test
    void aFailureAfterTheAnswerBeganEndsItInTheTrailers() throws Exception {
        Loop.start(api, (_, output, _) -> {
            writeAndFlush(output, "begun,");
            output.write("written".getBytes(UTF_8));
            throw new IOException("broke, \"quoted\" ü");
        });
        Invocation invocation = invoke("{}");
        assertThat(invocation.streamed()).isTrue();
        assertThat(readRest(invocation)).isEqualTo("begun,written");
        assertThat(invocation.error()).contains("java.io.IOException: broke, \"quoted\" ü");
    }

    @Test
    void anErrorFailsItsInvocationAndTheLoopGoesOn() throws Exception {
        Loop.start(api, (input, output, _) -> {
            if (text(input).equals("fail")) {
                throw new AssertionError("not so");
            }
            output.write('k');
        });
        assertThat(invoke("fail").error()).contains("java.lang.AssertionError: not so");
        assertThat(readRest(invoke("go on"))).isEqualTo("k");
    }

    @Test
    void anErrorOfTheVirtualMachineIsReportedAndEndsTheLoop() throws Exception {
        Loop loop = Loop.start(api, (_, output, _) -> {
            writeAndFlush(output, "x");
            throw new OutOfMemoryError("heap");
        });
        assertThat(invoke("{}").error()).contains("java.lang.OutOfMemoryError: heap");
        assertThat(loop.exitStatus()).isEqualTo(1);
    }

    @Test
    void aStaleAnswerIsSurvivedWhetherStreamedOrBufferedOrAnError() throws Exception {
        var entered = new LinkedBlockingQueue<String>();
        var goOn = new LinkedBlockingQueue<String>();
        Loop.start(api, (input, output, _) -> {
            String event = text(input);
            if (event.equals("streamed, begun")) {
                writeAndFlush(output, "x");
            }
            entered.add(event);
            if (!event.equals("last")) {
                take(goOn);
            }
            if (event.equals("error")) {
                throw new IllegalStateException("late");
            }
            output.write('y');
            if (event.startsWith("streamed")) {
                output.flush();
            }
        });
        for (String event : List.of("streamed", "streamed, begun", "buffered", "error")) {
            Invocation stale = invoke(event);
            assertThat(entered.take()).isEqualTo(event);
            api.giveUp(stale, "Sandbox.Timedout: test");
            goOn.add("");
            assertThat(stale.error()).contains("Sandbox.Timedout: test");
        }
        assertThat(readRest(invoke("last"))).isEqualTo("y");
    }

    @Test
    void aSnapshotIsPassedThroughAsHooksThenRestoreThenHooksThenNext() throws Exception {
        var handler = new HookedHandler(calls);
        api.holdRestores();
        Loop.startForSnapshot(api, handler);
        assertThat(calls.take()).isEqualTo("before checkpoint");
        assertThat(calls.take()).isEqualTo("GET /restore/next");
        assertThat(calls).isEmpty();
        assertThat(api.idleEnvironments()).isZero();
        api.releaseRestores();
        assertThat(calls.take()).isEqualTo("after restore");
        assertThat(calls.take()).isEqualTo("GET /invocation/next");
        assertThat(readRest(invoke("{}"))).isEqualTo("restored");
    }

    @Test
    void hooksAreLeftAloneWithoutASnapshot() throws Exception {
        Loop.start(api, new HookedHandler(calls));
        assertThat(readRest(invoke("{}"))).isEqualTo("restored");
        assertThat(calls.take()).isEqualTo("GET /invocation/next");
    }

    @Test
    void aFailedHookIsReportedAndEndsTheProcess() throws Exception {
        for (String failing : List.of("before checkpoint", "after restore")) {
            var handler = new HookedHandler(calls);
            handler.failing = failing;
            assertThat(Loop.startForSnapshot(api, handler).exitStatus()).isEqualTo(1);
            assertThat(api.startError()).contains("java.lang.IllegalStateException: " + failing);
        }
        assertThat(calls)
                .containsExactly(
                        "before checkpoint",
                        "POST /init/error",
                        "before checkpoint",
                        "GET /restore/next",
                        "after restore",
                        "POST /restore/error");
    }

    @Test
    void aFailedInitialisationFailsTheInvocationThatWaitsAndEndsTheProcess() throws Exception {
        Invocation waiting = invoke("{}");
        Loop loop = Loop.start(
                () -> {
                    throw new IllegalArgumentException("TABLE is not set");
                },
                Map.of("AWS_LAMBDA_RUNTIME_API", api.address()));
        assertThat(loop.exitStatus()).isEqualTo(1);
        assertThat(waiting.error()).contains("java.lang.IllegalArgumentException: TABLE is not set");
        assertThat(api.startError()).isEqualTo(waiting.error());
    }

    @Test
    void aThousandInvocationsInARow() throws Exception {
        Loop.start(api, (input, output, _) -> {
            String event = text(input);
            output.write(event.getBytes(UTF_8));
            if (Integer.parseInt(event) % 2 == 0) {
                output.flush();
            }
        });
        for (int i = 0; i < 1_000; i++) {
            Invocation invocation = invoke(String.valueOf(i));
            assertThat(readRest(invocation)).isEqualTo(String.valueOf(i));
            assertThat(invocation.streamed()).isEqualTo(i % 2 == 0);
            assertThat(invocation.error()).isEmpty();
        }
    }

    @Test
    void manyEnvironmentsServeAtOnce() throws Exception {
        int environments = 64;
        var allInside = new CyclicBarrier(environments);
        for (int i = 0; i < environments; i++) {
            Loop.start(api, (input, output, _) -> {
                writeAndFlush(output, "<");
                meet(allInside);
                writeAndFlush(output, text(input));
                meet(allInside);
                output.write('>');
            });
        }
        var invocations = new ArrayList<Invocation>();
        for (int i = 0; i < 3 * environments; i++) {
            invocations.add(invoke("event " + i));
        }
        for (int i = 0; i < invocations.size(); i++) {
            assertThat(readRest(invocations.get(i))).isEqualTo("<event " + i + ">");
        }
        assertThat(api.waitingInvocations()).isZero();
    }

    @Test
    void theContextKnowsTheInvocation() throws Exception {
        var seen = new CompletableFuture<Context>();
        Loop.start(api, (_, output, context) -> {
            seen.complete(context);
            output.write(System.getProperty("com.amazonaws.xray.traceHeader").getBytes(UTF_8));
        });
        Invocation invocation = invoke("{}");
        assertThat(readRest(invocation))
                .startsWith("Root=1-")
                .isEqualTo(seen.get().getXrayTraceId());
        assertThat(seen.get().getAwsRequestId()).isEqualTo(invocation.requestId());
        assertThat(seen.get().getRemainingTimeInMillis()).isBetween(1, 60_000);
        assertThat(seen.get().getInvokedFunctionArn()).startsWith("arn:aws:lambda:");
    }

    @Test
    void nothingCanBeWrittenAfterTheHandlerHasReturned() throws Exception {
        var kept = new CompletableFuture<OutputStream>();
        Loop.start(api, (_, output, _) -> {
            kept.complete(output);
            writeAndFlush(output, "x");
        });
        assertThat(readRest(invoke("{}"))).isEqualTo("x");
        assertThatThrownBy(() -> writeAndFlush(kept.get(), "late")).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptThatAHandlerLeavesBehindDoesNotReachTheNext() throws Exception {
        Loop.start(api, (_, output, _) -> {
            output.write(Thread.currentThread().isInterrupted() ? 'i' : 'n');
            Thread.currentThread().interrupt();
        });
        assertThat(readRest(invoke("{}"))).isEqualTo("n");
        assertThat(readRest(invoke("{}"))).isEqualTo("n");
    }

    @Test
    void aHandlerFinishesWhenTheRuntimeApiIsGoneAndTheLoopEnds() throws Exception {
        var goOn = new CountDownLatch(1);
        var finished = new CompletableFuture<String>();
        Loop loop = Loop.start(api, (_, output, _) -> {
            writeAndFlush(output, "begun");
            await(goOn);
            for (int i = 0; i < 100; i++) {
                writeAndFlush(output, "nobody reads this");
            }
            finished.complete("finished");
        });
        Invocation invocation = invoke("{}");
        assertThat(readAvailable(invocation)).isEqualTo("begun");
        api.close();
        goOn.countDown();
        assertThat(finished.get()).isEqualTo("finished");
        assertThat(loop.exitStatus()).isEqualTo(1);
        assertThat(invocation.error()).isPresent();
    }

    private Invocation invoke(String event) {
        return api.invoke(event.getBytes(UTF_8), LONG);
    }

    private static String readAvailable(Invocation invocation) throws IOException {
        byte[] bytes = new byte[1_000];
        return new String(bytes, 0, invocation.body().read(bytes), UTF_8);
    }

    private static String readRest(Invocation invocation) throws IOException {
        return text(invocation.body());
    }

    private static String text(InputStream input) throws IOException {
        return new String(input.readAllBytes(), UTF_8);
    }

    private static void writeAndFlush(OutputStream output, String text) throws IOException {
        output.write(text.getBytes(UTF_8));
        output.flush();
    }

    private static void await(CountDownLatch latch) throws IOException {
        uninterrupted(() -> {
            latch.await();
            return latch;
        });
    }

    private static void meet(CyclicBarrier barrier) throws IOException {
        uninterrupted(barrier::await);
    }

    private static void take(BlockingQueue<String> queue) throws IOException {
        uninterrupted(queue::take);
    }

    private static void uninterrupted(java.util.concurrent.Callable<?> wait) throws IOException {
        try {
            wait.call();
        } catch (Exception unexpected) {
            throw new IOException(unexpected);
        }
    }

    private static final class HookedHandler implements RequestStreamHandler, SnapshotHooks {
        private final BlockingQueue<String> events;
        private volatile String failing = "";

        HookedHandler(BlockingQueue<String> events) {
            this.events = events;
        }

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            writeAndFlush(output, "restored");
        }

        @Override
        public void beforeCheckpoint() {
            happened("before checkpoint");
        }

        @Override
        public void afterRestore() {
            happened("after restore");
        }

        private void happened(String event) {
            events.add(event);
            if (event.equals(failing)) {
                throw new IllegalStateException(event);
            }
        }
    }
}
