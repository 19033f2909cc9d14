package dev.turnpike.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.cache.AnswerStore;
import dev.turnpike.run.ItemTooLargeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/// Cached answers in the table, each in one row under its tenant. Longer ones are not kept.
public final class DynamoAnswerStore implements AnswerStore {
    /// How long a claim's row is kept after the claim is over.
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /// Nothing lies there, an answer that is too old, or the claim of somebody who died.
    private static final String FREE = "attribute_not_exists(pk) OR #ttl <= :seconds"
            + " OR (attribute_not_exists(#answer) AND #until <= :millis)";

    private static final Place NOTHING = new Place.Free();

    private final Table table;

    public DynamoAnswerStore(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
    }

    @Override
    public Place look(Question key, Instant now) {
        return table.get(row(key)).map(row -> place(row, now)).orElse(NOTHING);
    }

    @Override
    public Place claim(Question key, String holder, Instant until, Instant now) {
        Row claim = new Row(new HashMap<>(row(key)))
                .put("holder", holder)
                .put("until", until)
                .expires(until.plus(FORGOTTEN_AFTER));
        var request = PutItemRequest.builder()
                .tableName(table.name())
                .item(claim.attributes())
                .conditionExpression(FREE)
                .expressionAttributeNames(Map.of("#ttl", TableKeys.TTL, "#answer", "answer", "#until", "until"))
                .expressionAttributeValues(Map.of(
                        ":seconds", Row.number(now.getEpochSecond()),
                        ":millis", Row.number(now.toEpochMilli())))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
        try {
            table.run(request);
            return new Place.Claimed(holder, until);
        } catch (ConditionalCheckFailedException taken) {
            return place(new Row(taken.item()), now);
        }
    }

    private static Place place(Row row, Instant now) {
        if (row.expired(now)) {
            return NOTHING;
        }
        AttributeValue answer = row.value("answer");
        if (answer != null) {
            return new Place.Answered(Packed.text(List.of(answer.b().asByteArrayUnsafe())));
        }
        Instant until = row.instant("until");
        return until.isAfter(now) ? new Place.Claimed(row.text("holder"), until) : NOTHING;
    }

    @Override
    public boolean prolong(Question key, String holder, Instant until) {
        return table.runIfHolds(table.update(row(key))
                .set("until", until.toEpochMilli())
                .set(TableKeys.TTL, until.plus(FORGOTTEN_AFTER).getEpochSecond())
                .condition("holder", holder));
    }

    @Override
    public boolean keep(Question key, String holder, String answer, Instant expiresAt) {
        try {
            List<byte[]> pieces = Packed.pieces(answer.getBytes(UTF_8));
            return pieces.size() == 1
                    && table.runIfHolds(table.update(row(key))
                            .set("answer", AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(pieces.getFirst())))
                            .set(TableKeys.TTL, expiresAt.getEpochSecond())
                            .remove("holder")
                            .remove("until")
                            .condition("holder", holder));
        } catch (ItemTooLargeException _) {
            return false;
        }
    }

    @Override
    public void release(Question key, String holder) {
        table.deleteIf(row(key), "holder", holder);
    }

    private static Map<String, AttributeValue> row(Question key) {
        return TableKeys.answer(key.tenant(), key.hash());
    }
}
