package dev.turnpike.aws;

import dev.turnpike.run.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/// The few things that are done with the table, each a single call or a query of one partition. There is no scan.
final class Table {
    /// What batches take.
    private static final int MOST_WRITES_AT_ONCE = 25;
    private static final int MOST_READS_AT_ONCE = 100;

    private static final int ROWS_OF_FURTHER_PAGES = 100;

    private final DynamoDbClient dynamo;
    private final String name;

    Table(DynamoDbClient dynamo, String name) {
        this.dynamo = dynamo;
        this.name = name;
    }

    String name() {
        return name;
    }

    /// A consistent read.
    Optional<Row> get(Map<String, AttributeValue> key) {
        Map<String, AttributeValue> item = call(() -> dynamo.getItem(
                        request -> request.tableName(name).key(key).consistentRead(true)))
                .item();
        return item == null || item.isEmpty() ? Optional.empty() : Optional.of(new Row(item));
    }

    /// May lag behind, at half the price.
    ///
    /// @param attribute the one that is wanted beside the row's key
    Optional<Row> getFromAnyReplica(Map<String, AttributeValue> key, String attribute) {
        Map<String, AttributeValue> item = call(() -> dynamo.getItem(request -> request.tableName(name)
                        .key(key)
                        .projectionExpression("pk, #wanted")
                        .expressionAttributeNames(Map.of("#wanted", attribute))))
                .item();
        return item == null || item.isEmpty() ? Optional.empty() : Optional.of(new Row(item));
    }

    /// Those of the rows that are there, by consistent reads, in any order.
    List<Row> getAll(List<Map<String, AttributeValue>> keys) {
        List<Row> rows = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += MOST_READS_AT_ONCE) {
            var wanted = KeysAndAttributes.builder()
                    .keys(keys.subList(from, Math.min(keys.size(), from + MOST_READS_AT_ONCE)))
                    .consistentRead(true)
                    .build();
            getAll(Map.of(name, wanted), rows);
        }
        return rows;
    }

    /// A batch may come in several answers: each holds 16 MB at most, and a throttled table leaves some out.
    private void getAll(Map<String, KeysAndAttributes> batch, List<Row> rows) {
        var patience = new Patience();
        Map<String, KeysAndAttributes> left = batch;
        while (!left.isEmpty()) {
            var asked = left;
            var answer = call(() -> dynamo.batchGetItem(request -> request.requestItems(asked)));
            answer.responses().getOrDefault(name, List.of()).forEach(row -> rows.add(new Row(row)));
            left = answer.unprocessedKeys();
            if (!left.isEmpty() && !patience.pause()) {
                throw new StoreUnavailableException(
                        "a batch met throttling for too long", new IllegalStateException("rows are left"));
            }
        }
    }

    UpdateRow update(Map<String, AttributeValue> key) {
        return new UpdateRow(name, key);
    }

    /// @throws ConditionalCheckFailedException the condition does not hold; what was found is in it, if it was asked
    /// for
    UpdateItemResponse run(UpdateItemRequest request) {
        return call(() -> dynamo.updateItem(request));
    }

    /// @return false when its condition does not hold
    boolean runIfHolds(UpdateRow update) {
        try {
            run(update.request().build());
            return true;
        } catch (ConditionalCheckFailedException _) {
            return false;
        }
    }

    void put(Row row) {
        call(() -> dynamo.putItem(request -> request.tableName(name).item(row.attributes())));
    }

    /// @return false when the row exists; it is left as it is
    boolean putIfAbsent(Row row) {
        try {
            var request = PutItemRequest.builder()
                    .tableName(name)
                    .item(row.attributes())
                    .conditionExpression("attribute_not_exists(pk)")
                    .build();
            call(() -> dynamo.putItem(request));
            return true;
        } catch (ConditionalCheckFailedException _) {
            return false;
        }
    }

    /// @throws ConditionalCheckFailedException its condition does not hold; what was found is in it, if it was asked
    /// for
    void run(PutItemRequest request) {
        call(() -> dynamo.putItem(request));
    }

    /// Nothing happens where the attribute has another value, or there is no row.
    void deleteIf(Map<String, AttributeValue> key, String attribute, String value) {
        try {
            call(() -> dynamo.deleteItem(request -> request.tableName(name)
                    .key(key)
                    .conditionExpression("#attribute = :value")
                    .expressionAttributeNames(Map.of("#attribute", attribute))
                    .expressionAttributeValues(Map.of(":value", AttributeValue.fromS(value)))));
        } catch (ConditionalCheckFailedException _) {
            // It belongs to somebody else by now.
        }
    }

    void delete(Map<String, AttributeValue> key) {
        call(() -> dynamo.deleteItem(request -> request.tableName(name).key(key)));
    }

    /// Deletes rows of a partition, by their sort keys.
    ///
    /// @throws StoreUnavailableException some may be left; to be called again
    void deleteAll(String pk, Predicate<String> goes) {
        var keys = QueryRequest.builder()
                .tableName(name)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(pk)))
                .projectionExpression("pk, sk")
                .consistentRead(true);
        List<WriteRequest> deletions = pages(keys, Integer.MAX_VALUE).stream()
                .filter(row -> goes.test(row.text(TableKeys.SK)))
                .map(row -> deletion(row.attributes()))
                .toList();
        for (int from = 0; from < deletions.size(); from += MOST_WRITES_AT_ONCE) {
            write(deletions.subList(from, Math.min(from + MOST_WRITES_AT_ONCE, deletions.size())));
        }
    }

    private static WriteRequest deletion(Map<String, AttributeValue> key) {
        return WriteRequest.builder().deleteRequest(delete -> delete.key(key)).build();
    }

    /// A table that is throttled leaves some of them undone, and says which.
    private void write(List<WriteRequest> writes) {
        var patience = new Patience();
        List<WriteRequest> left = writes;
        while (!left.isEmpty()) {
            var batch = Map.of(name, left);
            left = call(() -> dynamo.batchWriteItem(request -> request.requestItems(batch)))
                    .unprocessedItems()
                    .getOrDefault(name, List.of());
            if (!left.isEmpty() && !patience.pause()) {
                throw new StoreUnavailableException(
                        "a batch met throttling for too long", new IllegalStateException("rows are left"));
            }
        }
    }

    /// Gives rows of a partition from `first` to `last`, both included, until no more are wanted.
    void between(
            String pk, String first, String last, boolean newestFirst, boolean consistent, Predicate<Row> wantsMore) {
        pagesOf(rows(pk, first, last, newestFirst, consistent), 0, wantsMore);
    }

    /// The same in ascending order by consistent reads, where few of many rows are wanted: what is read is paid for.
    ///
    /// @param mostRows of the first page
    void fewOf(String pk, String first, String last, int mostRows, Predicate<Row> wantsMore) {
        pagesOf(rows(pk, first, last, false, true), mostRows, wantsMore);
    }

    /// @param mostRows of the first page; 0 for as many as there are in 1 MB
    private void pagesOf(QueryRequest.Builder request, int mostRows, Predicate<Row> wantsMore) {
        int most = mostRows;
        @Nullable Map<String, AttributeValue> from = null;
        do {
            var page = request.exclusiveStartKey(from);
            if (most > 0) {
                page.limit(most);
                most = Math.max(most, ROWS_OF_FURTHER_PAGES);
            }
            var answer = call(() -> dynamo.query(page.build()));
            for (Map<String, AttributeValue> row : answer.items()) {
                if (!wantsMore.test(new Row(row))) {
                    return;
                }
            }
            from = answer.hasLastEvaluatedKey() ? answer.lastEvaluatedKey() : null;
        } while (from != null);
    }

    /// As many of them as are wanted, by a consistent read.
    List<Row> between(String pk, String first, String last, boolean newestFirst, int limit) {
        return pages(rows(pk, first, last, newestFirst, true), limit);
    }

    private QueryRequest.Builder rows(String pk, String first, String last, boolean newestFirst, boolean consistent) {
        return QueryRequest.builder()
                .tableName(name)
                .keyConditionExpression("pk = :pk AND sk BETWEEN :first AND :last")
                .expressionAttributeValues(Map.of(
                        ":pk", AttributeValue.fromS(pk),
                        ":first", AttributeValue.fromS(first),
                        ":last", AttributeValue.fromS(last)))
                .scanIndexForward(!newestFirst)
                .consistentRead(consistent);
    }

    List<Row> allWithPrefix(String pk, String prefix) {
        var request = QueryRequest.builder()
                .tableName(name)
                .keyConditionExpression("pk = :pk AND begins_with(sk, :prefix)")
                .expressionAttributeValues(
                        Map.of(":pk", AttributeValue.fromS(pk), ":prefix", AttributeValue.fromS(prefix)))
                .consistentRead(true);
        return pages(request, Integer.MAX_VALUE);
    }

    /// The same page by page, as the stream goes, so that a partition of any size takes little memory.
    Stream<Row> streamWithPrefix(String pk, String prefix) {
        boolean all = prefix.isEmpty();
        var values = new HashMap<>(Map.of(":pk", AttributeValue.fromS(pk)));
        if (!all) {
            values.put(":prefix", AttributeValue.fromS(prefix));
        }
        var request = QueryRequest.builder()
                .tableName(name)
                .keyConditionExpression(all ? "pk = :pk" : "pk = :pk AND begins_with(sk, :prefix)")
                .expressionAttributeValues(values)
                .consistentRead(true)
                .build();
        return lazily(request);
    }

    /// A page is read when the ones before it are used up.
    private Stream<Row> lazily(QueryRequest request) {
        return Stream.iterate(
                        call(() -> dynamo.query(request)),
                        Objects::nonNull,
                        page -> page.hasLastEvaluatedKey() ? next(request, page) : null)
                .flatMap(page -> page.items().stream())
                .map(Row::new);
    }

    private QueryResponse next(QueryRequest request, QueryResponse page) {
        var rest =
                request.toBuilder().exclusiveStartKey(page.lastEvaluatedKey()).build();
        return call(() -> dynamo.query(rest));
    }

    /// Rows of a partition of the index, in its order.
    Stream<Row> index(String partition) {
        return lazily(QueryRequest.builder()
                .tableName(name)
                .indexName(TableKeys.GSI1)
                .keyConditionExpression("gsi1pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(partition)))
                .build());
    }

    /// A page ends at 1 MB, whatever its limit.
    private List<Row> pages(QueryRequest.Builder request, int limit) {
        List<Row> rows = new ArrayList<>();
        @Nullable Map<String, AttributeValue> from = null;
        do {
            var page = request.exclusiveStartKey(from);
            if (limit < Integer.MAX_VALUE) {
                page.limit(limit - rows.size());
            }
            var answer = call(() -> dynamo.query(page.build()));
            answer.items().forEach(item -> rows.add(new Row(item)));
            from = answer.hasLastEvaluatedKey() ? answer.lastEvaluatedKey() : null;
        } while (from != null && rows.size() < limit);
        return rows;
    }

    private static <T> T call(Supplier<T> request) {
        try {
            return request.get();
        } catch (ConditionalCheckFailedException condition) {
            throw condition;
        } catch (SdkException failure) {
            throw new StoreUnavailableException("the table did not answer", failure);
        }
    }
}
