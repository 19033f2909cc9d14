package dev.turnpike.e2e;

import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
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

    @Override
    public void close() {
        dynamo.close();
    }
}
