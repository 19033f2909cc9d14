package dev.turnpike.emulator;

import java.net.URI;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/// Somebody else's idea of DynamoDB, SQS and Secrets Manager: one container for all tests of this JVM, which starts
/// when
/// it is first asked for and goes with the JVM.
public final class LocalStack {
    /// Why tests against it are skipped.
    public static final String REASON =
            "LocalStack runs in a container and no Docker engine answers: start one to run this test";

    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.12.0");

    private LocalStack() {}

    private static final class Started {
        private static final LocalStackContainer AWS = start();

        private static LocalStackContainer start() {
            var aws = new LocalStackContainer(IMAGE).withServices("dynamodb", "sqs", "secretsmanager");
            aws.start();
            return aws;
        }
    }

    public static boolean dockerRuns() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /// What a stack is started with to use it.
    public static Map<String, String> environment() {
        LocalStackContainer aws = Started.AWS;
        return Map.of(
                "AWS_ENDPOINT_URL",
                aws.getEndpoint().toString(),
                "AWS_REGION",
                aws.getRegion(),
                "AWS_ACCESS_KEY_ID",
                aws.getAccessKey(),
                "AWS_SECRET_ACCESS_KEY",
                aws.getSecretKey());
    }

    static Cloud cloud() {
        Map<String, String> environment = environment();
        return Cloud.at(URI.create(environment.getOrDefault("AWS_ENDPOINT_URL", "")), environment);
    }
}
