package dev.turnpike.wiring;

import dev.turnpike.aws.LambdaFunctions;
import dev.turnpike.aws.Patience;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/// AWS clients, each built when it is first used: building one costs a good part of a cold start.
final class AwsClients {
    private static final Duration LONGEST_FUNCTION = Duration.ofMinutes(15);

    private final AwsSettings settings;
    private final Supplier<SdkHttpClient> http = Lazy.of(UrlConnectionHttpClient::create);
    private final Supplier<DynamoDbClient> dynamo = Lazy.of(() -> dynamoClient());
    private final Supplier<SqsClient> sqs = Lazy.of(() -> sqsClient());
    private final Supplier<LambdaClient> lambda = Lazy.of(() -> lambdaClient());
    private final Supplier<SecretsManagerClient> secrets = Lazy.of(() -> secretsClient());

    AwsClients(AwsSettings settings) {
        this.settings = settings;
    }

    DynamoDbClient dynamo() {
        return dynamo.get();
    }

    SqsClient sqs() {
        return sqs.get();
    }

    LambdaClient lambda() {
        return lambda.get();
    }

    SecretsManagerClient secrets() {
        return secrets.get();
    }

    private DynamoDbClient dynamoClient() {
        var builder = DynamoDbClient.builder().httpClient(http.get()).overrideConfiguration(Patience.ofCalls());
        at(builder, settings.dynamoDb());
        return builder.build();
    }

    private SqsClient sqsClient() {
        var builder = SqsClient.builder().httpClient(http.get());
        at(builder, settings.sqs());
        return builder.build();
    }

    /// A function may take as long as a tool may. Each call has its own, shorter limit.
    private LambdaClient lambdaClient() {
        var builder = LambdaClient.builder()
                .httpClient(UrlConnectionHttpClient.builder()
                        .socketTimeout(LONGEST_FUNCTION)
                        .build())
                .overrideConfiguration(LambdaFunctions.callOnce());
        at(builder, settings.lambda());
        return builder.build();
    }

    private SecretsManagerClient secretsClient() {
        var builder = SecretsManagerClient.builder().httpClient(http.get());
        at(builder, settings.secretsManager());
        return builder.build();
    }

    private void at(AwsClientBuilder<?, ?> builder, Optional<URI> endpoint) {
        settings.region().ifPresent(region -> builder.region(Region.of(region)));
        endpoint.ifPresent(builder::endpointOverride);
    }
}
