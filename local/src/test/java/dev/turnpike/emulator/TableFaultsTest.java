package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.aws.DynamoConversationStore;
import dev.turnpike.aws.DynamoRunStore;
import dev.turnpike.aws.EventRows;
import dev.turnpike.aws.Patience;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StopReason;
import dev.turnpike.run.StoreContract;
import dev.turnpike.run.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// A table that is busy. DynamoDB Local never is.
@Timeout(120)
class TableFaultsTest extends StoreContract {
    private static final Duration IN_WHICH_A_STEP_CAN_STILL_BE_COMMITTED = Duration.ofSeconds(15);

    private static final FaultyHttp HTTP = new FaultyHttp(UrlConnectionHttpClient.create());

    private static EmbeddedDynamo server;
    private static DynamoDbClient client;

    private @Nullable EventRows log;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedDynamo.start(null);
        client = DynamoDbClient.builder()
                .endpointOverride(server.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(HTTP)
                .overrideConfiguration(Patience.ofCalls())
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        HTTP.close();
        server.close();
    }

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        String table = "table-" + UUID.randomUUID();
        HTTP.answering(_ -> null);
        Table.create(client, table);
        log = new EventRows(client, table, clock);
        return new Stores(
                new DynamoRunStore(client, table, requests, WireJson.mapper(), clock, timeToLive),
                new DynamoConversationStore(client, table, WireJson.mapper(), clock));
    }

    private EventRows log() {
        return Objects.requireNonNull(log);
    }

    @Test
    @DisplayName("Row 38: a commit that meets five conflicts is tried again under one token, and counts once")
    void aCommitThatMeetsConflictsCountsOnce() {
        Run run = acquired(created(newRun(1)));
        StepCommit last = commit(run, List.of(message("Done.")), row(run, 1, 1), finish(StopReason.ANSWERED));
        var conflicts = new AtomicInteger(5);
        HTTP.answering(call -> call.operation().equals("TransactWriteItems") && conflicts.getAndDecrement() > 0
                ? FaultyHttp.error(
                        "TransactionCanceledException",
                        ", \"CancellationReasons\": [{\"Code\": \"TransactionConflict\"}, {\"Code\": \"None\"}]")
                : null);

        assertThat(committed(last).status()).isEqualTo(RunStatus.COMPLETED);

        assertThat(HTTP.calls("TransactWriteItems"))
                .hasSize(6)
                .extracting(call -> WireJson.mapper()
                        .readTree(call.body())
                        .path("ClientRequestToken")
                        .asString())
                .doesNotContain("")
                .containsOnly(token(HTTP.calls("TransactWriteItems").getFirst()));
        assertThat(runs.ledger(run.key())).hasSize(1);
        assertThat(conversations.range(run.key().conversation(), 0, 9)).hasSize(2);
    }

    private static String token(FaultyHttp.Call call) {
        return WireJson.mapper()
                .readTree(call.body())
                .path("ClientRequestToken")
                .asString();
    }

    private interface Work {
        void go();
    }

    @Test
    @DisplayName("Row 37: a table that is throttled for long is tried several times, and then is not available")
    void aThrottledTableIsNotAvailable() throws Exception {
        Run run = acquired(created(newRun(1)));
        Run other = ended(newRun(1));
        StepCommit last = commit(run, List.of(message("Done.")), row(run, 1, 1), finish(StopReason.ANSWERED));
        HTTP.answering(_ -> FaultyHttp.error("ProvisionedThroughputExceededException", ""));
        var batch = new Batch(0, 1, 1, false, "data: x\n\n");

        List<Work> all = List.of(
                () -> runs.find(run.key()),
                () -> acquire(run),
                () -> runs.commit(last),
                () -> runs.ledger(run.key()),
                () -> log().append(run.key(), batch, NOON.plusSeconds(60)),
                () -> conversations.delete(other.key().conversation(), NOON));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Duration>> waited = all.stream()
                    .map(work -> threads.submit(() -> unavailableAfter(work)))
                    .toList();
            for (Future<Duration> one : waited) {
                assertThat(one.get()).isLessThan(IN_WHICH_A_STEP_CAN_STILL_BE_COMMITTED);
            }
        }

        assertThat(List.of("GetItem", "UpdateItem", "TransactWriteItems", "Query", "PutItem"))
                .allSatisfy(operation ->
                        assertThat(HTTP.calls(operation)).as(operation).hasSizeBetween(2, 12));
        HTTP.answering(_ -> null);
        assertThat(committed(last).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(log().append(run.key(), batch, NOON.plusSeconds(60))).isTrue();
    }

    private static Duration unavailableAfter(Work work) {
        long start = System.nanoTime();
        assertThatThrownBy(work::go).isInstanceOf(StoreUnavailableException.class);
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
