package dev.turnpike.aws;

import dev.turnpike.access.AttemptCounter;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/// A row for each address and minute, in one write that adds to it.
public final class DynamoAttemptCounter implements AttemptCounter {
    /// Longer than a minute, whoever's clock it is measured with.
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final Table table;

    public DynamoAttemptCounter(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
    }

    @Override
    public long add(String address, Instant minute) {
        var update = table.update(TableKeys.failedAttempts(address, minute))
                .add("attempts", 1)
                .set(TableKeys.TTL, minute.plus(KEPT).getEpochSecond());
        var answer =
                table.run(update.request().returnValues(ReturnValue.UPDATED_NEW).build());
        return new Row(answer.attributes()).number("attempts");
    }
}
