package dev.turnpike.aws;

import dev.turnpike.provider.BreakerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/// A row for each model that has failed of late. What the table does not answer within a second counts as not known:
/// a model call must not wait for it.
public final class DynamoBreakerStore implements BreakerStore {
    private static final Duration KEPT = Duration.ofHours(2);
    private static final AwsRequestOverrideConfiguration HURRIED = AwsRequestOverrideConfiguration.builder()
            .apiCallTimeout(Duration.ofSeconds(1))
            .build();

    private static final String FAILURES = "failures";
    private static final String COUNTED = "countedUntil";
    private static final String REST = "restUntil";
    private static final String PROBE = "probeUntil";

    private final DynamoDbClient dynamo;
    private final String table;

    public DynamoBreakerStore(DynamoDbClient dynamo, String table) {
        this.dynamo = dynamo;
        this.table = table;
    }

    @Override
    public State read(String target) {
        return known(() -> Optional.of(state(new Row(dynamo.getItem(request ->
                                request.tableName(table).key(key(target)).overrideConfiguration(HURRIED))
                        .item()))))
                .orElse(State.GOOD);
    }

    /// Counts on, or from one again where the last count is old.
    @Override
    public State failed(String target, Instant now, Instant countedUntil) {
        return write(row(target, now).add(FAILURES, 1).compare(COUNTED, ">", now.toEpochMilli()))
                .or(() -> write(row(target, now).set(FAILURES, 1).set(COUNTED, countedUntil.toEpochMilli())))
                .orElse(State.GOOD);
    }

    @Override
    public void rest(String target, State seen, Instant until) {
        var _ = write(row(target, until)
                .set(FAILURES, 0)
                .set(REST, until.toEpochMilli())
                .set(PROBE, 0)
                .conditionAbsentOr(REST, seen.restUntil().toEpochMilli()));
    }

    @Override
    public boolean probe(String target, State seen, Instant now, Instant until) {
        return write(row(target, until)
                        .set(PROBE, until.toEpochMilli())
                        .condition(REST, seen.restUntil().toEpochMilli())
                        .compare(PROBE, "<=", now.toEpochMilli()))
                .isPresent();
    }

    @Override
    public void good(String target, State seen) {
        var _ = write(new UpdateRow(table, key(target))
                .set(FAILURES, 0)
                .set(REST, 0)
                .set(PROBE, 0)
                .conditionAbsentOr(REST, seen.restUntil().toEpochMilli()));
    }

    private UpdateRow row(String target, Instant now) {
        return new UpdateRow(table, key(target))
                .set(TableKeys.TTL, now.plus(KEPT).getEpochSecond());
    }

    /// @return empty when its condition does not hold, or nobody answers
    private Optional<State> write(UpdateRow update) {
        return known(() -> {
            try {
                Map<String, AttributeValue> after = dynamo.updateItem(update.request()
                                .returnValues(ReturnValue.ALL_NEW)
                                .overrideConfiguration(HURRIED)
                                .build())
                        .attributes();
                return Optional.of(state(new Row(after)));
            } catch (ConditionalCheckFailedException _) {
                return Optional.empty();
            }
        });
    }

    private static Optional<State> known(Supplier<Optional<State>> call) {
        try {
            return call.get();
        } catch (SdkException _) {
            // The call that follows shows how the model does.
            return Optional.empty();
        }
    }

    private static State state(Row row) {
        return new State(
                row.number(FAILURES, 0),
                Instant.ofEpochMilli(row.number(REST, 0)),
                Instant.ofEpochMilli(row.number(PROBE, 0)));
    }

    private static Map<String, AttributeValue> key(String target) {
        return TableKeys.key("BREAKER#" + target, "BREAKER");
    }
}
