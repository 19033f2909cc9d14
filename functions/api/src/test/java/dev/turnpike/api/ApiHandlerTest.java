package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.wiring.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The handler as it is deployed, for what needs nothing of AWS.
class ApiHandlerTest {
    private static final Path EVENTS = Path.of(System.getProperty("turnpike.root"), "events");

    private final FakeContext context = new FakeContext();
    private final ApiHandler handler = new ApiHandler(Settings.from(Map.of(
            "TABLE_NAME", "turnpike",
            "STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/steps",
            "PRIORITY_STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/priority-steps",
            "FLEX_STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/flex-steps",
            "RESULTS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/results",
            "PROVIDER_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:provider-AbCdEf",
            "ADMIN_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-AbCdEf",
            "AWS_REGION", "eu-west-1")));

    @Test
    void theSampleHealthEventIsAnswered() throws IOException {
        Answer answer = handle(Files.readAllBytes(EVENTS.resolve("api-health.json")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-request-id")).isEqualTo("request-1");
    }

    @Test
    void aRefusalIsAnErrorObject() throws IOException {
        Answer answer = handle("""
            {"httpMethod":"POST","path":"/v1/responses","headers":{"Authorization":"Bearer sk-1"},"body":"{}"}\
            """.getBytes(UTF_8));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_api_key");
        assertThat(context.logged).isEmpty();
    }

    private Answer handle(byte[] event) throws IOException {
        var out = new ByteArrayOutputStream();
        handler.handleRequest(new ByteArrayInputStream(event), out, context);
        return Answer.read(out.toByteArray());
    }
}
