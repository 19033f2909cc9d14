package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.gateway.Answer;
import dev.turnpike.lambda.RuntimeEnvironment;
import dev.turnpike.lambda.StreamingRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EnvironmentsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final AtomicInteger launched = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void oneAfterTheOtherShareAnEnvironment() throws Exception {
        try (var environments = Environments.start(this::launchEcho, 5, TIMEOUT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(environments, "" + i)).isEqualTo("" + i);
            }
            assertThat(launched).hasValue(1);
        }
    }

    @Test
    void atTheSameTimeEachGetsItsOwnUpToTheLimit() throws Exception {
        try (var environments = Environments.start(this::launchWaiting, 2, TIMEOUT)) {
            List<Answer> answers = IntStream.range(0, 3)
                    .mapToObj(_ -> invoke(environments, "x"))
                    .toList();
            assertThat(launched).hasValue(2);
            release.countDown();
            for (Answer answer : answers) {
                assertThat(read(answer)).isEqualTo("x");
            }
        }
    }

    @Test
    void anEnvironmentThatDiesTakesItsInvocationWithItAndIsReplaced() throws Exception {
        try (var environments = Environments.start(this::launchDying, 1, TIMEOUT)) {
            try (Answer answer = environments.invoke("die".getBytes(UTF_8))) {
                assertThat(answer.body().readAllBytes()).isEmpty();
                assertThat(answer.error()).isPresent();
            }
            assertThat(ask(environments, "live")).isEqualTo("live");
            assertThat(launched).hasValue(2);
        }
    }

    private static String ask(Environments environments, String event) throws Exception {
        return read(environments.invoke(event.getBytes(UTF_8)));
    }

    private static Answer invoke(Environments environments, String event) {
        try {
            return environments.invoke(event.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Answer answer) throws Exception {
        try (answer) {
            return new String(answer.body().readAllBytes(), UTF_8);
        }
    }

    private AutoCloseable launchEcho(String runtimeApi, Runnable ended) {
        launched.incrementAndGet();
        return new LoopLauncher("echo", (input, output, _) -> input.transferTo(output)).launch(runtimeApi, ended);
    }

    private AutoCloseable launchWaiting(String runtimeApi, Runnable ended) {
        launched.incrementAndGet();
        return new LoopLauncher("waiting", (input, output, _) -> {
                    awaitRelease();
                    input.transferTo(output);
                })
                .launch(runtimeApi, ended);
    }

    /// A loop ends after an error of the virtual machine, as a process would that was killed.
    private AutoCloseable launchDying(String runtimeApi, Runnable ended) {
        launched.incrementAndGet();
        var environment = RuntimeEnvironment.from(Map.of("AWS_LAMBDA_RUNTIME_API", runtimeApi));
        Thread.ofVirtual().start(() -> {
            StreamingRuntime.run(
                    () -> (input, output, _) -> {
                        byte[] event = input.readAllBytes();
                        if (new String(event, UTF_8).equals("die")) {
                            throw new StackOverflowError("die");
                        }
                        output.write(event);
                    },
                    environment);
            ended.run();
        });
        return () -> {};
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
