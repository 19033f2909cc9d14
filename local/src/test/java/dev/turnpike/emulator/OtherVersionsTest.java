package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import dev.turnpike.run.StoreContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// While a new version is rolled out or back, old and new code meet each other's rows and messages.
class OtherVersionsTest extends StoreContract {
    private static final AttributeValue FUTURE = AttributeValue.fromS("of a newer version");

    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        return TABLES.stores(clock, timeToLive, requests);
    }

    private static String sk(Map<String, AttributeValue> row) {
        return row.getOrDefault("sk", FUTURE).s();
    }

    /// Changes all rows whose sort key begins so.
    private static void change(String prefix, UnaryOperator<Map<String, AttributeValue>> change) {
        List<Map<String, AttributeValue>> rows = TABLES.everything().stream()
                .filter(row -> sk(row).startsWith(prefix))
                .toList();
        assertThat(rows).isNotEmpty();
        rows.forEach(row -> TABLES.put(change.apply(new HashMap<>(row))));
    }

    private static UnaryOperator<Map<String, AttributeValue>> with(String name, AttributeValue value) {
        return row -> {
            row.put(name, value);
            return row;
        };
    }

    @Test
    @DisplayName("Row 51: what a newer version added to rows and beside them is left alone, and everything works")
    void whatANewerVersionAddedIsLeftAlone() {
        Run run = acquired(created(newRun(1)));
        change("", with("future", FUTURE));
        change("R#", row -> with("sk", AttributeValue.fromS(sk(row) + "#F#1")).apply(row));
        change("META", row -> with("sk", AttributeValue.fromS("NOTE#1")).apply(row));
        int rows = TABLES.everything().size();

        Run kept = committed(commit(run, List.of(message("One.")), row(run, 1, 1), keep()));
        Run ended = committed(commit(kept, List.of(message("Two.")), row(kept, 1, 1), finish(StopReason.ANSWERED)));
        ended(newRun(run.key().conversation(), new Place.Append(3, null), messages(1)));

        assertThat(found(run.key())).isEqualTo(ended);
        assertThat(runs.ledger(run.key())).hasSize(2);
        assertThat(conversations.range(run.key().conversation(), 0, 9)).hasSize(4);
        assertThat(TABLES.everything())
                .filteredOn(row -> FUTURE.equals(row.get("future")))
                .hasSize(rows);
    }

    @Test
    void whatANewerVersionAddedIsDeletedWithItsConversation() {
        Run run = ended(newRun(1), message("Over."));
        change("R#", row -> with("sk", AttributeValue.fromS(sk(row) + "#F#1")).apply(row));

        conversations.delete(run.key().conversation(), clock.instant());

        assertThat(TABLES.everything())
                .extracting(row -> sk(row).replaceFirst("#.*", ""))
                .containsExactlyInAnyOrder("L", "META");
    }

    @Test
    @DisplayName("Row 51: rows of an older version, without what came later, are served")
    void rowsOfAnOlderVersionAreServed() {
        Run run = acquired(created(newRun(1)));
        run = committed(commit(run, List.of(message("One.")), row(run, 1, 1), keep()));
        change(
                "R#",
                without(
                        "ttft",
                        "resends",
                        "owner",
                        "idempotency",
                        "prices",
                        "cached",
                        "cacheWrite",
                        "reasoning",
                        "unpriced"));
        change("META", without("queue", "parent", "cached", "cacheWrite", "reasoning", "unpriced"));
        change("I#", without("run", "step", "ttl"));
        change("L#", without("ttft", "cached", "cacheWrite", "reasoning", "estimated"));

        assertThat(runs.ledger(run.key()))
                .singleElement()
                .satisfies(row -> assertThat(row.ttftMillis()).isEqualTo(-1));
        assertThat(conversations.range(run.key().conversation(), 0, 9)).hasSize(2);
        assertThat(conversations.find(run.key().conversation())).isPresent();
        Run before = found(run.key());
        assertThat(before.ttftMillis()).isEqualTo(-1);
        assertThat(committed(commit(before, List.of(), row(before, 1, 1), finish(StopReason.ANSWERED)))
                        .status())
                .isEqualTo(RunStatus.COMPLETED);
    }

    private static UnaryOperator<Map<String, AttributeValue>> without(String... names) {
        return row -> {
            List.of(names).forEach(row::remove);
            return row;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": \"vid_1\", \"type\": \"video\", \"url\": \"x\"}",
                "{\"id\": \"msg_1\", \"type\": \"message\", \"role\": \"user\", \"parts\": [{\"hologram\": \"x\"}]}",
                "{\"id\": \"msg_1\", \"type\": \"message\", \"role\": \"critic\", \"parts\": []}",
                "{\"id\": \"fco_1\", \"type\": \"result\", \"call\": \"c\", \"output\": \"\", \"outcome\": \"half\"}"
            })
    @DisplayName("Row 51: an item of a kind that this version does not know is refused, and not shown without it")
    void anItemOfAnUnknownKindIsRefused(String item) {
        Run run = created(newRun(2));
        change("I#0000000001", with("item", AttributeValue.fromS(item)));

        assertThatThrownBy(() -> conversations.range(run.key().conversation(), 0, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a newer one wrote it");
        assertThat(conversations.range(run.key().conversation(), 0, 1)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"status,paused", "stop,out_of_luck"})
    @DisplayName("Row 51: a run in a state that this version does not know is refused and stays as it is")
    void aRunInAnUnknownStateIsRefused(String attribute, String value) {
        Run run = created(newRun(1));
        change(
                "R#",
                row -> with(attribute, AttributeValue.fromS(value))
                        .apply(with("status", AttributeValue.fromS("paused")).apply(row)));
        var before = List.copyOf(TABLES.everything());

        assertThatThrownBy(() -> runs.find(run.key())).hasMessageContaining("a newer one wrote it");
        assertThatThrownBy(() -> acquire(run)).hasMessageContaining("a newer one wrote it");
        assertThatThrownBy(() -> runs.requestCancel(run.key(), clock.instant()))
                .hasMessageContaining("a newer one wrote it");
        runs.release(run, clock.instant());
        assertThat(runs.renew(run, clock.instant())).isFalse();

        assertThat(TABLES.everything()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    @DisplayName("Row 51: a ledger row in a state that this version does not know is refused")
    void aLedgerRowInAnUnknownStateIsRefused() {
        Run run = ended(newRun(1));
        change("L#", with("state", AttributeValue.fromS("refunded")));

        assertThatThrownBy(() -> runs.ledger(run.key())).hasMessageContaining("a newer one wrote it");
    }

    @Test
    @DisplayName("Row 51: a message with fields of a newer version is read, one of another version is not")
    void aMessageOfAnotherVersionIsNotRead() {
        String message = "\"tenant\": \"t\", \"conversation\": \"c\", \"run\": \"r\", \"step\": 3";
        assertThat(SqsStepQueue.read("{\"v\": 1, " + message + ", \"lane\": \"fast\"}", WireJson.mapper()))
                .hasValueSatisfying(read -> assertThat(read.step()).isEqualTo(3));
        assertThat(SqsStepQueue.read("{\"v\": 2, " + message + "}", WireJson.mapper()))
                .isEmpty();
        assertThat(SqsStepQueue.read("{" + message + "}", WireJson.mapper())).isEmpty();
    }
}
