package dev.turnpike.e2e;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/// The same against somebody else's idea of DynamoDB, SQS and Secrets Manager.
@EnabledIf(
        value = "dockerRuns",
        disabledReason = "LocalStack runs in a container and no Docker engine answers: start one to run this test")
@Timeout(300)
class LocalStackTest implements StreamingScenarios, BackgroundScenarios {
    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.12.0");

    private static LocalStackContainer aws;
    private static Stack stack;

    static boolean dockerRuns() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @BeforeAll
    static void start() throws IOException {
        aws = new LocalStackContainer(IMAGE).withServices("dynamodb", "sqs", "secretsmanager");
        aws.start();
        stack = Stack.start(StackOptions.defaults()
                .withDemoPace(Duration.ofMillis(10))
                .withEnvironment(Map.of(
                        "AWS_ENDPOINT_URL",
                        aws.getEndpoint().toString(),
                        "AWS_REGION",
                        aws.getRegion(),
                        "AWS_ACCESS_KEY_ID",
                        aws.getAccessKey(),
                        "AWS_SECRET_ACCESS_KEY",
                        aws.getSecretKey())));
    }

    @AfterAll
    static void stop() {
        stack.close();
        aws.close();
    }

    @Override
    public Stack stack() {
        return stack;
    }
}
