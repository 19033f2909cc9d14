package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/// Writes transactions. A conflict with another writer or throttling is retried with the same token, so that a write
/// whose answer was lost counts once; a failed condition is the caller's to read.
final class Transactions {
    private final DynamoDbClient dynamo;

    Transactions(DynamoDbClient dynamo) {
        this.dynamo = dynamo;
    }

    sealed interface Written {
        record Done() implements Written {}

        /// Which action's condition failed, and the row as it was found there; empty when there was none.
        record Refused(int action, Row found) implements Written {}
    }

    /// @param token at most 36 characters; the same actions, the same token
    Written write(String token, List<TransactWriteItem> actions) {
        var request = TransactWriteItemsRequest.builder()
                .clientRequestToken(token)
                .transactItems(actions)
                .build();
        var patience = new Patience();
        while (true) {
            try {
                dynamo.transactWriteItems(request);
                return new Written.Done();
            } catch (TransactionCanceledException cancelled) {
                List<Written.Refused> refused = refused(cancelled);
                if (!refused.isEmpty()) {
                    return refused.getFirst();
                }
                if (!patience.pause()) {
                    throw new StoreUnavailableException(
                            "a transaction met conflicts or throttling for too long", cancelled);
                }
            } catch (DynamoDbException refused) {
                throw isInvalid(refused)
                        ? new ItemTooLargeException("the table takes no transaction of this size", refused)
                        : new StoreUnavailableException("the table did not take a transaction", refused);
            } catch (SdkException failure) {
                throw new StoreUnavailableException("the table did not take a transaction", failure);
            }
        }
    }

    /// A row, whether or not it is there.
    static TransactWriteItem put(String table, Row row) {
        return TransactWriteItem.builder()
                .put(Put.builder().tableName(table).item(row.attributes()).build())
                .build();
    }

    static TransactWriteItem update(UpdateRow update) {
        return TransactWriteItem.builder().update(update.transactional(ALL_OLD)).build();
    }

    static TransactWriteItem delete(String table, Map<String, AttributeValue> key) {
        return TransactWriteItem.builder()
                .delete(Delete.builder().tableName(table).key(key).build())
                .build();
    }

    /// A row that must not be there yet.
    static TransactWriteItem putNew(String table, Row row) {
        return TransactWriteItem.builder()
                .put(Put.builder()
                        .tableName(table)
                        .item(row.attributes())
                        .conditionExpression("attribute_not_exists(pk)")
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }

    /// The requests are well-formed, so it can only be their size.
    private static boolean isInvalid(DynamoDbException refused) {
        return refused.awsErrorDetails() != null
                && "ValidationException".equals(refused.awsErrorDetails().errorCode());
    }

    private static List<Written.Refused> refused(TransactionCanceledException cancelled) {
        List<Written.Refused> refused = new ArrayList<>();
        List<CancellationReason> reasons = cancelled.cancellationReasons();
        for (int i = 0; i < reasons.size(); i++) {
            switch (String.valueOf(reasons.get(i).code())) {
                case "ConditionalCheckFailed" -> {
                    Map<String, AttributeValue> found = reasons.get(i).item();
                    refused.add(new Written.Refused(i, new Row(found == null ? Map.of() : found)));
                }
                case "None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded" -> {}
                case "ValidationError", "ItemCollectionSizeLimitExceeded" ->
                    throw new ItemTooLargeException("the table takes no row of this size", cancelled);
                default ->
                    throw new StoreUnavailableException(
                            "the table refused a transaction: " + reasons.get(i).code(), cancelled);
            }
        }
        return refused;
    }
}
