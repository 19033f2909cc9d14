package dev.turnpike.e2e;

import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// What the table holds, read past the product.
final class Books implements AutoCloseable {
    private final String table;
    private final DynamoDbClient dynamo;

    Books(Stack stack) {
        this.table = stack.table();
        this.dynamo = stack.cloud().dynamoClient();
    }

    /// One row; a number that it does not have is 0.
    record Row(Map<String, AttributeValue> attributes) {
        String text(String name) {
            return attributes.getOrDefault(name, AttributeValue.fromS("")).s();
        }

        boolean flag(String name) {
            return attributes.getOrDefault(name, AttributeValue.fromBool(false)).bool();
        }

        long number(String name) {
            return Long.parseLong(
                    attributes.getOrDefault(name, AttributeValue.fromN("0")).n());
        }
    }

    /// Every row of the conversation that a response of the demo tenant belongs to, in the order of their keys.
    List<Row> conversation(String responseId) {
        RunKey run = RunKey.parse("demo", responseId).orElseThrow();
        return dynamo
                .queryPaginator(query -> query.tableName(table)
                        .consistentRead(true)
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(
                                ":pk",
                                AttributeValue.fromS(
                                        "T#demo#C#" + run.conversation().id()))))
                .items()
                .stream()
                .map(Row::new)
                .toList();
    }

    static List<Row> of(List<Row> rows, String sortKeyPrefix) {
        return rows.stream()
                .filter(row -> row.text("sk").startsWith(sortKeyPrefix))
                .toList();
    }

    /// Everything, in no particular order.
    List<Map<String, AttributeValue>> everything() {
        return dynamo.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
                .toList();
    }

    /// Lets time pass for all runs that have not ended: their leases are over, and nothing has happened for so long.
    ///
    /// @return how many there are
    int age(Duration time) {
        Instant now = Instant.now();
        int aged = 0;
        for (Map<String, AttributeValue> attributes : everything()) {
            var row = new Row(attributes);
            if (List.of("queued", "in_progress").contains(row.text("status"))) {
                aged++;
                long lease = Math.min(row.number("leaseUntil"), now.toEpochMilli() - 1);
                long changed = Math.min(row.number("changed"), now.toEpochMilli()) - time.toMillis();
                dynamo.updateItem(update -> update.tableName(table)
                        .key(Map.of("pk", attributes.get("pk"), "sk", attributes.get("sk")))
                        .updateExpression("SET leaseUntil = :lease, changed = :changed")
                        .expressionAttributeValues(Map.of(
                                ":lease", AttributeValue.fromN(Long.toString(lease)),
                                ":changed", AttributeValue.fromN(Long.toString(changed)))));
            }
        }
        return aged;
    }

    @Override
    public void close() {
        dynamo.close();
    }
}
