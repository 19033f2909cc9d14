package dev.turnpike.wiring;

import java.net.URI;
import java.util.Optional;

/// How AWS is reached. All absent in a deployment, where Lambda and the SDK know.
public record AwsSettings(
        Optional<String> region,
        Optional<URI> dynamoDb,
        Optional<URI> sqs,
        Optional<URI> secretsManager,
        Optional<URI> lambda) {

    static AwsSettings from(Environment environment) {
        Optional<URI> everything = environment.optionalUrl(Variable.AWS_ENDPOINT_URL);
        return new AwsSettings(
                environment.optionalText(Variable.AWS_REGION),
                environment.optionalUrl(Variable.AWS_ENDPOINT_URL_DYNAMODB).or(() -> everything),
                environment.optionalUrl(Variable.AWS_ENDPOINT_URL_SQS).or(() -> everything),
                environment
                        .optionalUrl(Variable.AWS_ENDPOINT_URL_SECRETS_MANAGER)
                        .or(() -> everything),
                environment.optionalUrl(Variable.AWS_ENDPOINT_URL_LAMBDA).or(() -> everything));
    }
}
