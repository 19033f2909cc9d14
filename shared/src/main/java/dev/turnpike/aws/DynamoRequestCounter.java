package dev.turnpike.aws;

import dev.turnpike.access.RequestCounter;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/// A row for each key and minute, beside the key, in one write that adds to it.
public final class DynamoRequestCounter implements RequestCounter {
    /// Longer than a window, whoever's clock it is measured with.
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final Table table;

    public DynamoRequestCounter(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
    }

    @Override
    public long add(String keyHash, Instant window) {
        var update = table.update(TableKeys.requests(keyHash, window))
                .add("requests", 1)
                .set(TableKeys.TTL, window.plus(KEPT).getEpochSecond());
        var answer =
                table.run(update.request().returnValues(ReturnValue.UPDATED_NEW).build());
        return new Row(answer.attributes()).number("requests");
    }
}
