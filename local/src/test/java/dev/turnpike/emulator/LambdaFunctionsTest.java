package dev.turnpike.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.aws.LambdaFunctions;
import dev.turnpike.tool.ToolException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

@Timeout(60)
class LambdaFunctionsTest {
    private static LambdaEmulator emulator;
    private static LambdaClient client;

    private final LambdaFunctions functions = new LambdaFunctions(() -> client, InstantSource.system());

    @BeforeAll
    static void start() throws IOException {
        emulator = LambdaEmulator.start();
        client = LambdaClient.builder()
                .endpointOverride(emulator.endpoint())
                .region(Region.of(Cloud.REGION))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(LambdaFunctions.callOnce())
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(Cloud.ANY_KEY, Cloud.ANY_KEY)))
                .build();
        emulator.serve("echo", event -> ("{\"got\":" + new String(event, UTF_8) + "}").getBytes(UTF_8));
    }

    @AfterAll
    static void stop() {
        client.close();
        emulator.close();
    }

    private String invoke(String function) throws ToolException {
        return invoke(function, Duration.ofSeconds(30));
    }

    private String invoke(String function, Duration time) throws ToolException {
        byte[] answer = functions.invoke(
                function, "{\"a\":1}".getBytes(UTF_8), Instant.now().plus(time));
        return new String(answer, UTF_8);
    }

    private ToolException failure(String function, Duration time) {
        return catchThrowableOfType(ToolException.class, () -> invoke(function, time));
    }

    @Test
    void aFunctionIsCalledByNameOrArnAndItsAnswerComesBack() throws ToolException {
        assertThat(invoke("echo")).isEqualTo("{\"got\":{\"a\":1}}");
        assertThat(invoke("arn:aws:lambda:us-east-1:000000000000:function:echo:live"))
                .isEqualTo("{\"got\":{\"a\":1}}");
    }

    @Test
    void whatAFailingFunctionSaysStaysInside() {
        emulator.serve("broken", _ -> {
            throw new IllegalStateException("password=hunter2");
        });

        ToolException failed = failure("broken", Duration.ofSeconds(30));

        assertThat(failed.isOutcomeUnknown()).isTrue();
        assertThat(failed).hasMessageNotContaining("hunter2");
    }

    @Test
    void aFunctionThatIsNotThereHasDoneNothing() {
        ToolException failed = failure("nowhere", Duration.ofSeconds(30));

        assertThat(failed.isOutcomeUnknown()).isFalse();
        assertThat(failed).hasMessageContaining("not there").hasMessageNotContaining("nowhere");
    }

    @Test
    void aFunctionThatDoesNotEndIsCalledOnceAndGivenUpAtTheDeadline() {
        var calls = new AtomicInteger();
        var over = new CountDownLatch(1);
        emulator.serve("slow", event -> {
            calls.incrementAndGet();
            over.await();
            return event;
        });

        ToolException late = failure("slow", Duration.ofMillis(700));

        assertThat(late.isOutcomeUnknown()).isTrue();
        assertThat(late).hasMessageContaining("in time");
        assertThat(calls).hasValue(1);
        over.countDown();
        assertThat(failure("slow", Duration.ZERO).isOutcomeUnknown()).isFalse();
    }
}
