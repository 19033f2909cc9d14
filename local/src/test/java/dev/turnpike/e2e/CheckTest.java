package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.aws.CheckedRows;
import dev.turnpike.aws.DynamoNoteStore;
import dev.turnpike.check.ConversationCheck;
import dev.turnpike.check.TableCheck;
import dev.turnpike.check.Violation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.operator.CheckCommand;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Real runs, one of their rows made wrong, and whether the check finds that and nothing else.
@Timeout(60)
class CheckTest {
    private static Stack stack;
    private static DynamoDbClient dynamo;
    private static Endpoint endpoint;

    /// Two tool turns: items 0 to 5, steps 0 to 4.
    private RunKey run = new RunKey(new ConversationKey("demo", "none"), "none");

    private String pk = "";

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults()
                .withDemoPace(Duration.ZERO)
                .withReaperEvery(Duration.ofHours(1))
                .withEnvironment(Map.of("MODEL", "gpt-4o")));
        dynamo = stack.cloud().dynamoClient();
        endpoint = new Endpoint(stack);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        dynamo.close();
        stack.close();
    }

    @Test
    void theCommandCountsWhatItLookedAtAndFindsNothingWrong() {
        var key = endpoint.request("/v1/organization/api_keys")
                .setHeader("Authorization", "Bearer " + stack.adminKey())
                .POST(BodyPublishers.ofString("{\"tenant\": \"acme\", \"name\": \"first\"}"));
        String acme =
                Endpoint.MAPPER.readTree(endpoint.send(key).body()).path("key").asString();
        for (int turns = 1; turns <= 2; turns++) {
            var request = endpoint.request("/v1/responses")
                    .setHeader("Authorization", "Bearer " + acme)
                    .POST(BodyPublishers.ofString(
                            "{\"model\": \"gpt-4o\", \"input\": \"[tool turns: %d] Go\"}".formatted(turns)));
            assertThat(endpoint.send(request).statusCode()).isEqualTo(200);
        }

        assertThat(command("--tenant", "acme")).isEqualTo(new Outcome(0, """
            conversations 2 (deleted 0, without a head 0), runs 2, items 10, tool calls 3
            ledger rows 5 (costs recomputed 5, not recomputed 0)
            0 violations
            """));
    }

    @Test
    void theCommandListsViolationsAndFails() {
        complete();
        set("META", "in", number(1_000_000));

        var outcome = command(
                "--tenant", run.tenant(), "--conversation", conversation().id());

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output())
                .startsWith("I3  demo/conv_" + conversation().id() + "  head: its totals are ")
                .endsWith("1 violation\n");
    }

    @Test
    void theCommandSaysWhatItNeeds() {
        assertThat(CheckCommand.run(new PrintStream(new ByteArrayOutputStream()), "--table", "turnpike"))
                .isEqualTo(2);
    }

    @Test
    void anUnlistedConversationIsReachedWhileItHasAnActiveRun() {
        RunKey unlisted = keyOf(endpoint.create("""
            {"model": "gpt-4o", "background": true, "input": "[stall]"}
            """).path("id").asString());
        dynamo.deleteItem(request -> request.tableName(stack.table())
                .key(Map.of(
                        "pk", text("T#demo"),
                        "sk", text("CI#" + unlisted.conversation().id()))));

        assertThat(rows(InstantSource.system()).conversations("demo").toList().stream()
                        .filter(unlisted.conversation()::equals))
                .hasSize(1);
    }

    @Test
    void aStepThatLeftNothing() {
        complete();
        set(runRow(), "step", number(6));
        assertThat(found()).isEqualTo(List.of(1));
    }

    @Test
    void aMissingItem() {
        complete();
        set("META", "nextSeq", number(7));
        assertThat(found()).isEqualTo(List.of(2));
    }

    @Test
    void totalsThatAreNotTheSum() {
        complete();
        set(runRow(), "out", number(1));
        assertThat(found()).isEqualTo(List.of(3));
    }

    @Test
    void aCostThatDoesNotComeFromItsTokens() {
        complete();
        long more = 1_000;
        for (String row : List.of(ledgerRow(0, 1), runRow(), "META")) {
            set(row, "cost", number(read(row).number("cost") + more));
        }
        assertThat(found()).isEqualTo(List.of(3));
    }

    @Test
    void anAttemptWithoutARow() {
        complete();
        set(runRow(), "fence", number(99));
        move(ledgerRow(4, 5), ledgerRow(4, 7), Map.of("fence", number(7)));
        copy(ledgerRow(4, 7), ledgerRow(4, 5), Map.of("fence", number(5), "state", text("abandoned")));
        assertThat(found()).isEqualTo(List.of(4));
    }

    @Test
    void twoSettledRowsOfAStep() {
        complete();
        set(runRow(), "fence", number(99));
        var nothing = new HashMap<String, AttributeValue>();
        Stream.of("in", "cached", "out", "reasoning", "cost").forEach(name -> nothing.put(name, number(0)));
        nothing.put("fence", number(6));
        copy(ledgerRow(4, 5), ledgerRow(4, 6), nothing);
        assertThat(found()).isEqualTo(List.of(4));
    }

    @Test
    void aCallUnderAnotherKey() {
        complete();
        set(callRow(1), "key", text("another"));
        assertThat(found()).isEqualTo(List.of(5));
    }

    @Test
    void aCallWhoseEndIsUnknownAndWhoseResultIsNot() {
        complete();
        set(callRow(1), "done", AttributeValue.fromBool(false));
        assertThat(found()).isEqualTo(List.of(5));
    }

    @Test
    void aCallWithoutAResult() {
        complete();
        String item = read("I#0000000002").text("item");
        set("I#0000000002", "item", text(item.replaceFirst("\"call\":\"[^\"]*\"", "\"call\":\"another\"")));
        assertThat(found()).isEqualTo(List.of(6));
    }

    @Test
    void anEndedRunThatIsHeld() {
        complete();
        set(runRow(), "leaseUntil", number(Instant.now().toEpochMilli()));
        assertThat(found()).isEqualTo(List.of(7));
    }

    @Test
    void anEndedRunInTheIndex() {
        complete();
        int shard = Math.floorMod(run.run().hashCode(), 8);
        set(runRow(), "gsi1pk", text("ACTIVE#" + shard));
        set(runRow(), "gsi1sk", text(Instant.now() + "#" + run.run()));
        assertThat(found()).isEqualTo(List.of(7));
    }

    @Test
    void anEndedRunThatHoldsItsConversation() {
        complete();
        set("META", "activeRun", text(run.run()));
        assertThat(found()).isEqualTo(List.of(7));
    }

    @Test
    void aRunThatLiesStill() {
        run = keyOf(endpoint.create("""
            {"model": "gpt-4o", "background": true, "input": "[stall]"}
            """).path("id").asString());
        pk = "T#demo#C#" + conversation().id();
        while (!endpoint.read(run.responseId()).path("status").asString().equals("in_progress")) {
            Thread.onSpinWait();
        }
        var later = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(5));
        assertThat(violations(InstantSource.system())).isEmpty();
        assertThat(found(later)).isEqualTo(List.of(8));
    }

    @Test
    void aFenceThatIsAheadOfItsRun() {
        complete();
        set(runRow(), "fence", number(4));
        assertThat(found()).isEqualTo(List.of(10));
    }

    @Test
    void moreStepsThanTheLimit() {
        complete();
        set(runRow(), "maxSteps", number(3));
        assertThat(found()).isEqualTo(List.of(12));
    }

    @Test
    void anIdempotencyKeyThatLeadsElsewhere() {
        complete();
        var key = Map.of("pk", text("T#demo#K#" + read(runRow()).text("idempotency")), "sk", text("IK"));
        dynamo.updateItem(request -> request.tableName(stack.table())
                .key(key)
                .updateExpression("SET #run = :other")
                .expressionAttributeNames(Map.of("#run", "run"))
                .expressionAttributeValues(Map.of(":other", text("another"))));
        assertThat(found()).isEqualTo(List.of(15));
    }

    @Test
    void aDeletedConversationThatIsStillThere() {
        complete();
        set("META", "deleted", number(1));
        assertThat(found()).isEqualTo(List.of(16));
    }

    @Test
    void ofADeletedConversationNothingIsLeftThoughAToolRemembersLate() {
        complete();
        var delete = endpoint.request("/v1/conversations/conv_" + conversation().id());
        assertThat(endpoint.send(delete.DELETE()).statusCode()).isEqualTo(200);
        new DynamoNoteStore(dynamo, stack.table(), InstantSource.system(), Duration.ofDays(30))
                .put(run.tenant(), conversation().id(), "name", "Ada");

        var outcome =
                command("--tenant", "demo", "--conversation", conversation().id());

        assertThat(outcome.output()).isEqualTo("""
            conversations 1 (deleted 1, without a head 0), runs 0, items 0, tool calls 0
            ledger rows 3 (costs recomputed 3, not recomputed 0)
            0 violations
            """);
    }

    @Test
    void aRowThatNobodyCanRead() {
        complete();
        set("I#0000000000", "item", text("{}"));
        // The item is missing where it can't be read.
        assertThat(found()).isEqualTo(List.of(Violation.UNREADABLE, 2));
    }

    private void complete() {
        var request = endpoint.request("/v1/responses")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString("""
                    {"model": "gpt-4o", "input": "[tool turns: 2] Go"}
                    """));
        var response = Endpoint.MAPPER.readTree(endpoint.send(request).body());
        assertThat(response.path("status").asString()).isEqualTo("completed");
        run = keyOf(response.path("id").asString());
        pk = "T#demo#C#" + conversation().id();
        assertThat(violations(InstantSource.system())).isEmpty();
    }

    private static RunKey keyOf(String responseId) {
        return RunKey.parse("demo", responseId).orElseThrow();
    }

    private ConversationKey conversation() {
        return run.conversation();
    }

    private String runRow() {
        return "R#" + run.run();
    }

    private String callRow(int step) {
        return "%s#S#%06d#T#000".formatted(runRow(), step);
    }

    private String ledgerRow(int step, long fence) {
        return "L#%s#%06d#%06d".formatted(run.run(), step, fence);
    }

    private List<Integer> found() {
        return found(InstantSource.system());
    }

    /// The numbers of the invariants that the conversation violates.
    private List<Integer> found(InstantSource clock) {
        return violations(clock).stream()
                .map(Violation::invariant)
                .distinct()
                .sorted()
                .toList();
    }

    private List<Violation> violations(InstantSource clock) {
        List<Violation> violations = new ArrayList<>();
        var rules = new ConversationCheck(PriceList.forProvider("openai"));
        var counts = new TableCheck(rows(clock), rules, clock).check(Stream.of(conversation()), violations::add);
        assertThat(counts.violations()).isEqualTo(violations.size());
        return violations;
    }

    private static CheckedRows rows(InstantSource clock) {
        return new CheckedRows(dynamo, stack.table(), WireJson.mapper(), clock);
    }

    private record Outcome(int status, String output) {}

    private static Outcome command(String... more) {
        var written = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of(
                "--table", stack.table(), "--endpoint", stack.cloud().dynamo().toString()));
        arguments.addAll(List.of(more));
        int status = CheckCommand.run(
                new PrintStream(written, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
        return new Outcome(status, written.toString(StandardCharsets.UTF_8));
    }

    // What goes wrong in the table.

    private Books.Row read(String sk) {
        var found = dynamo.getItem(request -> request.tableName(stack.table()).key(key(sk)));
        return new Books.Row(found.item());
    }

    private void set(String sk, String name, AttributeValue value) {
        dynamo.updateItem(request -> request.tableName(stack.table())
                .key(key(sk))
                .updateExpression("SET #name = :value")
                .conditionExpression("attribute_exists(pk)")
                .expressionAttributeNames(Map.of("#name", name))
                .expressionAttributeValues(Map.of(":value", value)));
    }

    private void copy(String from, String to, Map<String, AttributeValue> changed) {
        Map<String, AttributeValue> row = new HashMap<>(read(from).attributes());
        row.putAll(changed);
        row.putAll(key(to));
        dynamo.putItem(request -> request.tableName(stack.table()).item(row));
    }

    private void move(String from, String to, Map<String, AttributeValue> changed) {
        copy(from, to, changed);
        dynamo.deleteItem(request -> request.tableName(stack.table()).key(key(from)));
    }

    private Map<String, AttributeValue> key(String sk) {
        return Map.of("pk", text(pk), "sk", text(sk));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }
}
