package dev.turnpike.wiring;

import dev.turnpike.aws.DynamoUsageStore;
import dev.turnpike.engine.Reaper;
import dev.turnpike.usage.UsageCount;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Everything that the reaper serves with.
public record ReaperParts(Reaper reaper, UsageCount usage, InstantSource clock) {
    static ReaperParts of(Reaper reaper, DynamoDbClient dynamo, String table, InstantSource clock) {
        var usage = new UsageCount(new DynamoUsageStore(dynamo, table), Executors::newVirtualThreadPerTaskExecutor);
        return new ReaperParts(reaper, usage, clock);
    }
}
