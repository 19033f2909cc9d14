package dev.turnpike.operator;

import dev.turnpike.emulator.Cloud;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/// Reaches a table with the operator's own AWS credentials.
final class OperatorTable {
    private OperatorTable() {}

    /// @param region from the environment if null
    /// @param endpoint AWS itself if null
    static DynamoDbClient open(@Nullable String region, @Nullable URI endpoint) {
        DynamoDbClientBuilder builder = DynamoDbClient.builder();
        if (region != null) {
            builder.region(Region.of(region));
        }
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
            useAnyKey(builder, region);
        }
        return builder.build();
    }

    /// Emulators take any key, and whoever has one in the environment may mean an endpoint that looks at it.
    private static void useAnyKey(DynamoDbClientBuilder builder, @Nullable String region) {
        if (!System.getenv().containsKey("AWS_ACCESS_KEY_ID")) {
            builder.credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(Cloud.ANY_KEY, Cloud.ANY_KEY)));
        }
        if (region == null && !System.getenv().containsKey("AWS_REGION")) {
            builder.region(Region.of(Cloud.REGION));
        }
    }
}
