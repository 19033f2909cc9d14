package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.aws.DynamoToolListings;
import dev.turnpike.remote.ListingStore.Kept;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@Timeout(60)
class DynamoToolListingsTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    private static EmbeddedDynamo server;
    private static DynamoDbClient client;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedDynamo.start(null);
        client = new Cloud(
                        server.endpoint(),
                        server.endpoint(),
                        server.endpoint(),
                        Cloud.REGION,
                        Cloud.ANY_KEY,
                        Cloud.ANY_KEY)
                .dynamoClient();
        Table.create(client, "turnpike");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void oneAsksAtATimeAndWhatItHeardIsThereForAll() {
        var one = new DynamoToolListings(() -> client, "turnpike");
        var other = new DynamoToolListings(() -> client, "turnpike");

        assertThat(one.find("s#1")).isEmpty();
        assertThat(one.claim("s#1", NOW, NOW.plusSeconds(60))).isTrue();
        assertThat(other.claim("s#1", NOW.plusSeconds(30), NOW.plusSeconds(90))).isFalse();
        assertThat(other.find("s#1")).isEmpty();
        assertThat(other.claim("s#1", NOW.plusSeconds(60), NOW.plusSeconds(120)))
                .isTrue();
        assertThat(other.claim("s#2", NOW, NOW.plusSeconds(60))).isTrue();

        other.save("s#1", new Kept("[]", NOW.plusSeconds(61)));

        assertThat(one.find("s#1")).contains(new Kept("[]", NOW.plusSeconds(61)));
        assertThat(one.claim("s#1", NOW.plusSeconds(62), NOW.plusSeconds(120))).isTrue();
    }
}
