package dev.turnpike.emulator;

import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Where the AWS services of one stack are, and the keys that they are called with.
public record Cloud(URI dynamo, URI sqs, URI secrets, String region, String accessKey, String secretKey) {
    /// Emulators take any key; LocalStack reads the account out of it, and `test` is its default account.
    public static final String ANY_KEY = "test";

    public static final String REGION = "us-east-1";

    /// One AWS-compatible endpoint for everything, such as LocalStack's; keys and region come from the environment
    /// when it has them.
    public static Cloud at(URI endpoint, Map<String, String> environment) {
        return new Cloud(
                endpoint,
                endpoint,
                endpoint,
                environment.getOrDefault("AWS_REGION", REGION),
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ANY_KEY),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ANY_KEY));
    }

    public DynamoDbClient dynamoClient() {
        return build(DynamoDbClient.builder(), dynamo);
    }

    public SqsClient sqsClient() {
        return build(SqsClient.builder(), sqs);
    }

    public SecretsManagerClient secretsClient() {
        return build(SecretsManagerClient.builder(), secrets);
    }

    private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(Region.of(region))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .build();
    }

    /// What a function of this stack finds in its environment, so that its SDK clients come here.
    public Map<String, String> environment() {
        return Map.of(
                "AWS_ENDPOINT_URL_DYNAMODB",
                dynamo.toString(),
                "AWS_ENDPOINT_URL_SQS",
                sqs.toString(),
                "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                secrets.toString(),
                "AWS_REGION",
                region,
                "AWS_ACCESS_KEY_ID",
                accessKey,
                "AWS_SECRET_ACCESS_KEY",
                secretKey);
    }
}
