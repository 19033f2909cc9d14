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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
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

    /// The path of the files of the conversation that the test is about.
    private String files = "";

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

    private static final Map<String, String> FILES =
            Map.of("lib/add.sh", "a - b\n", "docs/über.md", "# Über\n", "keep.txt", "as it is");

    /// Three changes of files and two of the world.
    private static final Script[] FIVE = {
        call("write_file", "{\"path\":\"docs/über.md\",\"content\":\"other\"}"),
        on("a"),
        call("apply_patch", "{\"patch\":\"--- a/lib/add.sh\\n+++ b/lib/add.sh\\n@@ -1 +1 @@\\n-a - b\\n+a + b\\n\"}"),
        on("b"),
        call("write_file", "{\"path\":\"new/deep/file.txt\",\"content\":\"new\"}"),
        says("Done.")
    };

    @Test
    @DisplayName("Whoever undoes dies at every call of a port: each compensation happens once, all files are as before")
    void theWorkerDiesAtEveryStepOfARollback() throws Exception {
        String id = changedFiles();
        int before = bench.work.calls.count();
        assertThat(rollback(id).path("undone")).hasSize(5);
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

    /// A run that has changed three files of its conversation and turned on two switches.
    private String changedFiles() throws Exception {
        switches = new Switches();
        bench = Bench.withFileTools(switches.tools().toArray(Tool[]::new));
        switches.through(bench.work.calls);
        String conversation =
                bench.post("/v1/conversations", "{}").json().path("id").asString();
        files = "/v1/conversations/" + conversation + "/workspace";
        StringJoiner list = new StringJoiner(",", "{\"files\":[", "]}");
        FILES.forEach((path, content) ->
                list.add("{\"path\":\"" + path + "\",\"content\":\"" + content.replace("\n", "\\n") + "\"}"));
        assertThat(bench.post(files, list.toString()).status()).isEqualTo(200);
        bench.work.model.plays(FIVE);
        String id = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\",\"conversation\":\"" + conversation + "\"}")
                .json()
                .path("id")
                .asString();
        assertThat(workspace()).hasSize(4).isNotEqualTo(FILES);
        assertThat(switches.happened()).containsExactly("on a", "on b");
        return id;
    }

    private Map<String, String> workspace() throws IOException {
        Map<String, String> contents = new HashMap<>();
        for (JsonNode file : bench.get(files).json().path("files")) {
            String path = file.path("path").asString();
            contents.put(
                    path,
                    bench.get(files + "/file", Map.of("path", path))
                            .json()
                            .path("content")
                            .asString());
        }
        return contents;
    }

    /// A tool that stands still until its time is over has not said that it is done.
    private static long late(JsonNode rollback) {
        return rollback.path("not_undone")
                .valueStream()
                .filter(call -> call.path("reason").asString().equals("The tool turn_off did not end in time."))
                .count();
    }

    private List<String> told(int call, Fault fault) throws Exception {
        String id = changedFiles();
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
                && after.path("undone").size() + late(after) == 5
                && switches.happened().equals(List.of("on a", "on b", "off b", "off a"))
                && workspace().equals(FILES);
        return good ? List.of() : List.of(call + " " + fault + ": " + switches.happened() + workspace() + after);
    }

    private Answer asked(String id) {
        try {
            return bench.post("/v1/responses/" + id + "/rollback", "");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
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
