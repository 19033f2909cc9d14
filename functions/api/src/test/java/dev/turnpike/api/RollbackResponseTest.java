package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.call;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Switches;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.tool.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RollbackResponseTest {
    private static final List<String> DONE = List.of("on a", "on b", "on c", "on d", "on e");
    private static final List<String> UNDONE = List.of("off e", "off d", "off c", "off b", "off a");

    private Switches switches = new Switches();
    private final CountedTool mail = CountedTool.repeatable("mail");
    private final CountedTool look = CountedTool.readOnly("look");
    private Bench bench = bench();

    private Bench bench() {
        Tool<?>[] tools =
                Stream.concat(switches.tools().stream(), Stream.of(mail, look)).toArray(Tool[]::new);
        var made = new Bench(tools);
        switches.through(made.work.calls);
        return made;
    }

    @AfterEach
    void allIsWell() {
        Invariants.check(bench.work.store);
    }

    @Test
    void whatARunHasDoneIsUndoneInReverseOrderAndOnce() throws IOException {
        String id = fiveEffects();

        JsonNode first = rollback(id);
        JsonNode again = rollback(id);

        assertThat(switches.happened()).containsExactlyElementsOf(both());
        assertThat(switches.on()).isEmpty();
        assertThat(first.path("status").asString()).isEqualTo("completed");
        assertThat(first.path("response_id").asString()).isEqualTo(id);
        assertThat(first.path("undone")).hasSize(5);
        assertThat(first.at("/undone/0/name").asString()).isEqualTo("turn_on");
        assertThat(first.at("/undone/0/undone_by").asString()).isEqualTo("turn_off");
        assertThat(first.path("not_undone")).isEmpty();
        assertThat(again).isEqualTo(first);
        assertThat(bench.work.access.audit.events)
                .filteredOn(event -> "turn_off".equals(event.details().get("tool")))
                .hasSize(5)
                .allSatisfy(event -> assertThat(event.details()).containsEntry("reason", "everything is allowed"));
    }

    @Test
    void itIsARunOfTheConversationThatAsksNoModel() throws IOException {
        String id = fiveEffects();
        int asked = bench.work.model.requests().size();

        String undoing = rollback(id).path("id").asString();

        assertThat(bench.work.model.requests()).hasSize(asked);
        JsonNode response = bench.get("/v1/responses/" + undoing).json();
        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(response.at("/turnpike/steps").asInt()).isEqualTo(5);
        bench.work.model.plays(says("All is off."));
        JsonNode next = bench.create(
                        "{\"model\":\"gpt-4o\",\"input\":\"And now?\",\"previous_response_id\":\"" + undoing + "\"}")
                .json();
        assertThat(next.path("status").asString()).isEqualTo("completed");
        assertThat(switches.happened()).containsExactlyElementsOf(both());
    }

    @Test
    void whatCantBeUndoneIsListedAndTheRestIsUndone() throws IOException {
        bench.work.model.plays(on("a"), call("mail", "{}"), call("look", "{}"), on("b"), says("Done."));
        String id = create();

        JsonNode rollback = rollback(id);

        assertThat(rollback.path("status").asString()).isEqualTo("completed");
        assertThat(switches.happened()).containsExactly("on a", "on b", "off b", "off a");
        assertThat(rollback.path("not_undone")).hasSize(1);
        assertThat(rollback.at("/not_undone/0/name").asString()).isEqualTo("mail");
        assertThat(rollback.at("/not_undone/0/reason").asString()).isEqualTo("its tool has no way to undo it");
    }

    @Test
    void aRunWithoutEffectsHasNothingToUndo() throws IOException {
        bench.work.model.plays(call("look", "{}"), says("Done."));

        JsonNode rollback = rollback(create());

        assertThat(rollback.path("id").isNull()).isTrue();
        assertThat(rollback.path("status").asString()).isEqualTo("completed");
        assertThat(bench.work.store.runs()).hasSize(1);
    }

    @Test
    void aDryRunHasNothingToUndo() throws IOException {
        bench.work.model.plays(on("a"), says("Done."));
        String id = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\",\"turnpike\":{\"dry_run\":true}}")
                .json()
                .path("id")
                .asString();

        assertThat(switches.happened()).isEmpty();
        assertThat(rollback(id).path("undone")).isEmpty();
        assertThat(switches.happened()).isEmpty();
    }

    @Test
    void aRollbackThatIsCancelledGoesOnWhenItIsAskedForAgain() throws IOException {
        String id = fiveEffects();
        bench.meanwhile = _ -> {};
        String undoing = begun(id);
        bench.post("/v1/responses/" + undoing + "/cancel", "");
        bench.meanwhile = this::work;

        assertThat(switches.happened()).isEqualTo(DONE);
        JsonNode rollback = rollback(id);

        assertThat(rollback.path("status").asString()).isEqualTo("completed");
        assertThat(switches.happened()).containsExactlyElementsOf(both());
    }

    /// The run that undoes, before anybody has taken it up.
    private String begun(String id) throws IOException {
        bench.meanwhile = bench.work.clock::advance;
        JsonNode waiting = rollback(id);
        assertThat(waiting.path("status").asString()).isEqualTo("queued");
        assertThat(waiting.path("not_undone")).hasSize(5);
        return waiting.path("id").asString();
    }

    @Test
    void aRunThatHasNotEndedAndARollbackAreNotRolledBack() throws IOException {
        String queued = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\",\"background\":true}")
                .json()
                .path("id")
                .asString();
        assertThat(bench.post("/v1/responses/" + queued + "/rollback", "").status())
                .isEqualTo(400);
        bench.work.work();

        String undoing = rollback(fiveEffects()).path("id").asString();
        assertThat(bench.post("/v1/responses/" + undoing + "/rollback", "").status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("Whoever undoes dies at every call of a port: each compensation happens once, and all is as it was")
    void theWorkerDiesAtEveryStepOfARollback() throws IOException {
        fiveEffects();
        int before = bench.work.calls.count();
        rollback(onlyRun());
        int calls = bench.work.calls.count() - before;
        List<String> troubles = new ArrayList<>();
        int cases = 0;
        for (int call = 0; call < calls; call++) {
            for (Fault fault : List.of(Fault.DIES_BEFORE, Fault.DIES_AFTER, Fault.HANGS_BEFORE, Fault.HANGS_AFTER)) {
                cases++;
                troubles.addAll(told(call, fault));
            }
        }
        System.out.printf(
                "a rollback of five effects: %d port calls x 4 faults = %d cases, %d troubles%n",
                calls, cases, troubles.size());
        assertThat(troubles).isEmpty();
    }

    private List<String> told(int call, Fault fault) throws IOException {
        switches = new Switches();
        bench = bench();
        String id = fiveEffects();
        bench.work.calls.hit(bench.work.calls.count() + call, fault);
        bench.work.calls.whileHanging(_ -> bench.work.clock.advance(Duration.ofMinutes(16)));
        try {
            var _ = bench.work.calls.process(() -> asked(id));
        } catch (ProcessDied | StoreUnavailableException _) {
            // The caller asks again, once the others have cleared up.
        }
        bench.work.recover();
        JsonNode after = rollback(id);
        Invariants.check(bench.work.store);
        boolean good = after.path("status").asString().equals("completed")
                && after.path("undone").size() == 5
                && switches.happened().equals(both())
                && switches.on().isEmpty();
        return good ? List.of() : List.of(call + " " + fault + ": " + switches.happened() + " " + after);
    }

    private Answer asked(String id) {
        try {
            return bench.post("/v1/responses/" + id + "/rollback", "");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private String onlyRun() {
        return bench.work.only().key().responseId();
    }

    private static List<String> both() {
        return Stream.concat(DONE.stream(), UNDONE.stream()).toList();
    }

    private static Script on(String name) {
        return call("turn_on", "{\"name\":\"" + name + "\"}");
    }

    private String fiveEffects() throws IOException {
        bench.work.model.plays(on("a"), on("b"), on("c"), on("d"), on("e"), says("Done."));
        String id = create();
        assertThat(switches.on()).containsExactly("a", "b", "c", "d", "e");
        return id;
    }

    private String create() throws IOException {
        return bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\"}")
                .json()
                .path("id")
                .asString();
    }

    private JsonNode rollback(String id) throws IOException {
        Answer answer = bench.post("/v1/responses/" + id + "/rollback", "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private void work(Duration time) {
        bench.work.clock.advance(time);
        bench.work.work();
    }
}
