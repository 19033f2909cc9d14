package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.RunStatus;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The invocation's time ends while a run is shown.
class TimeUpTest {
    private static final String HELLO = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}";
    private static final String STREAMED = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\",\"stream\":true}";
    private static final List<String> FINAL =
            List.of("response.completed", "response.failed", "response.incomplete", "response.cancelled");

    private final CountedTool look = CountedTool.readOnly("look");
    private final Bench bench = new Bench(look);
    private final Instant start = bench.work.clock.instant();

    /// Says two words in forty seconds and is then cut, as the model's client does at its deadline.
    private Script cut() {
        return Script.says("One ", "two ")
                .beforeEach(() -> bench.work.clock.advance(Duration.ofSeconds(20)))
                .using(Usage.estimated(100, 2))
                .failing(Kind.TIMEOUT, null);
    }

    @Test
    @DisplayName("Row 43: a stream whose time ends is cut in time, shows what is partial as such, and ends once")
    void aStreamWhoseTimeEndsIsCutAndEndsOnce() throws IOException {
        bench.context.left = Duration.ofSeconds(60);
        bench.work.model.plays(cut());

        Answer answer = bench.create(STREAMED);

        assertCutInTime();
        assertThat(answer.eventTypes()).filteredOn(FINAL::contains).containsExactly("response.failed");
        assertThat(answer.eventTypes()).endsWith("error", "response.failed");
        assertThat(answer.body().split("\\[DONE\\]", -1)).hasSize(2);
        assertThat(answer.hasEnded()).isTrue();
        JsonNode last = answer.events().getLast().path("response");
        assertPartial(last);
        assertThat(bench.get("/v1/responses/" + last.path("id").asString()).json())
                .isEqualTo(last);
    }

    @Test
    @DisplayName("Row 43: a request whose time ends is told so, and the partial answer is stored and paid once")
    void aRequestWhoseTimeEndsIsToldSo() throws IOException {
        bench.context.left = Duration.ofSeconds(60);
        bench.work.model.plays(cut());

        Answer answer = bench.create(HELLO);

        assertCutInTime();
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.code()).isEqualTo("upstream_timeout");
        assertPartial(bench.get("/v1/responses/" + bench.work.only().key().responseId())
                .json());
    }

    private void assertCutInTime() {
        assertThat(bench.work.model.deadlines())
                .singleElement()
                .satisfies(deadline -> assertThat(deadline.at()).isEqualTo(start.plusSeconds(45)));
        assertThat(bench.work.clock.instant()).isBefore(start.plusSeconds(60));
        assertThat(bench.work.store.ledger())
                .singleElement()
                .satisfies(row -> assertThat(row.state()).isEqualTo(LedgerRow.State.SETTLED));
    }

    private static void assertPartial(JsonNode response) {
        assertThat(response.path("status").asString()).isEqualTo("failed");
        assertThat(response.at("/output/0/status").asString()).isEqualTo("incomplete");
        assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("One two ");
    }

    @Test
    @DisplayName("Row 43: a stream whose time ends between two steps has no end, and the run goes on")
    void aStreamWhoseTimeEndsBetweenStepsHasNoEnd() throws IOException {
        bench.context.left = Duration.ofSeconds(60);
        bench.work.model.plays(
                Script.calls("look").beforeEach(() -> bench.work.clock.advance(Duration.ofSeconds(17))),
                Script.says("Done."));

        Answer answer = bench.create(STREAMED);

        assertThat(answer.eventTypes()).doesNotContainAnyElementsOf(FINAL).endsWith("error");
        assertThat(answer.events().getLast().at("/error/code").asString()).isEqualTo("handed_over");
        bench.work.work();
        assertThat(bench.work.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 43: a stream whose time ends while the table is gone has no end either, and the run goes on")
    void aStreamWhoseTimeEndsWhileTheTableIsGoneHasNoEnd() throws IOException {
        bench.context.left = Duration.ofSeconds(60);
        bench.work.model.plays(cut(), Script.says("Whole."));
        bench.work.calls.hitNext("commit", Fault.REFUSED);

        Answer answer = bench.create(STREAMED);

        assertThat(answer.eventTypes()).doesNotContainAnyElementsOf(FINAL).endsWith("error");
        bench.work.recover();
        assertThat(bench.work.only().status()).isEqualTo(RunStatus.COMPLETED);
    }
}
