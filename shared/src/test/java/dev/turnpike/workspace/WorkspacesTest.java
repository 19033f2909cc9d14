package dev.turnpike.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.MemoryWorkspaceStore;
import dev.turnpike.fake.MemoryWorkspaceStore.Surroundings;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Revision.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkspacesTest {
    private static final ConversationKey KEY = new ConversationKey("tenant-1", "01j00000000000000000000000");
    private static final WorkspaceLimits LIMITS = new WorkspaceLimits(1_000, 400, 5, 40);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final MemoryWorkspaceStore store = new MemoryWorkspaceStore(clock, Surroundings.ALL);
    private final Workspaces workspaces = new Workspaces(store, LIMITS);
    private final WorkspaceHistory history = new WorkspaceHistory(workspaces);
    private int causes;

    private static WorkspacePath path(String path) {
        try {
            return WorkspacePath.of(path);
        } catch (ToolException e) {
            throw new AssertionError(e);
        }
    }

    private static Edit file(String path, String text) {
        return Edit.write(path(path), text.getBytes(UTF_8), false);
    }

    private Cause cause(@Nullable String run) {
        return new Cause(run, "key-" + causes++);
    }

    private long write(Edit... edits) {
        Applied applied = workspaces.apply(workspaces.load(KEY), cause("run-1"), Arrays.asList(edits));
        assertThat(applied).isInstanceOf(Applied.Done.class);
        return ((Applied.Done) applied).revision();
    }

    private Map<String, String> texts() {
        return texts(workspaces.load(KEY));
    }

    private Map<String, String> texts(Workspace workspace) {
        Map<String, String> texts = new TreeMap<>();
        workspace.files().forEach((path, file) -> {
            try {
                texts.put(
                        path.toString(),
                        new String(workspaces.content(KEY, file).bytes(), UTF_8));
            } catch (ToolException e) {
                throw new AssertionError(e);
            }
        });
        return texts;
    }

    @Test
    void aConversationBeginsWithoutFiles() {
        assertThat(workspaces.load(KEY)).isEqualTo(Workspace.empty(KEY));
        assertThat(workspaces.apply(workspaces.load(KEY), cause("run-1"), List.of()))
                .isEqualTo(new Applied.Unchanged(0));
    }

    @Test
    void everyChangeIsARevisionWithItsCauseAndItsPaths() {
        write(file("a", "1"), file("b", "2"));
        write(Edit.delete(path("a")), file("b", "3"), file("c/d", "2"));

        assertThat(texts()).isEqualTo(Map.of("b", "3", "c/d", "2"));
        assertThat(store.newestFirst(KEY, Long.MAX_VALUE, 9))
                .extracting(Revision::number, Revision::cause, Revision::summary)
                .containsExactly(
                        tuple(2L, new Cause("run-1", "key-1"), "a, b, c/d"),
                        tuple(1L, new Cause("run-1", "key-0"), "a, b"));
    }

    @Test
    void aCallHasOneRevisionHoweverOftenItComes() {
        Cause cause = cause("run-1");
        Applied first = workspaces.change(KEY, cause, now -> List.of(file("a", "n" + now.revision())));
        write(file("a", "other"));

        assertThat(first).isEqualTo(new Applied.Done(1));
        assertThat(workspaces.change(KEY, cause, now -> List.of(file("a", "n" + now.revision()))))
                .isEqualTo(first);
        assertThat(workspaces.change(KEY, cause, _ -> List.of())).isEqualTo(first);
        assertThat(texts()).containsEntry("a", "other");
    }

    @Test
    void aSecondAttemptIsNotToldThatItsOwnWorkIsInItsWay() throws ToolException {
        Cause cause = cause("run-1");
        workspaces.change(KEY, cause, _ -> List.of(file("a", "1")));

        Applied again = workspaces.change(KEY, cause, _ -> {
            throw new ToolException("there is no such line");
        });

        assertThat(again).isEqualTo(new Applied.Done(1));
        assertThatThrownBy(() -> workspaces.change(KEY, cause("run-1"), _ -> {
                    throw new ToolException("there is no such line");
                }))
                .isInstanceOf(ToolException.class);
    }

    @Test
    void changesOfOtherFilesAreBroughtTogether() {
        write(file("a", "1"), file("b", "1"));
        Workspace seen = workspaces.load(KEY);
        write(file("a", "2"));

        assertThat(workspaces.apply(seen, cause("run-1"), List.of(file("b", "2"), file("c", "2"))))
                .isEqualTo(new Applied.Done(3));
        assertThat(texts()).isEqualTo(Map.of("a", "2", "b", "2", "c", "2"));
    }

    @Test
    void aChangeOfAFileThatSomebodyElseHasChangedIsAConflictAndNothingIsWritten() {
        write(file("a", "1"), file("b", "1"));
        Workspace seen = workspaces.load(KEY);
        write(file("a", "2"));

        assertThat(workspaces.apply(seen, cause("run-1"), List.of(file("a", "3"), file("b", "3"))))
                .isEqualTo(new Applied.Conflict(2, List.of(path("a"))));
        assertThat(texts()).isEqualTo(Map.of("a", "2", "b", "1"));
    }

    @Test
    void whoeverWantsNobodyBetweenIsToldOfEveryOtherRevision() {
        write(file("a", "1"));
        write(file("b", "1"));

        assertThat(workspaces.changeOnly(1, KEY, cause("run-1"), _ -> List.of(file("c", "1"))))
                .isEqualTo(new Applied.Conflict(2, List.of()));
        assertThat(workspaces.changeOnly(2, KEY, cause("run-1"), _ -> List.of(file("c", "1"))))
                .isEqualTo(new Applied.Done(3));
    }

    @Test
    void thirtyThatChangeOneFileAtOnceAllCount() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Applied>> all = IntStream.range(0, 30)
                    .mapToObj(i -> threads.submit(() -> workspaces.change(
                            KEY,
                            new Cause("run-1", "call-" + i),
                            now -> List.of(file("a", texts(now).getOrDefault("a", "") + "x")))))
                    .toList();
            for (Future<Applied> one : all) {
                assertThat(one.get()).isInstanceOf(Applied.Done.class);
            }
        }

        assertThat(texts()).containsEntry("a", "x".repeat(30));
        assertThat(workspaces.load(KEY).revision()).isEqualTo(30);
    }

    @Test
    void equalFilesAreKeptOnce() {
        write(file("a", "same"), file("b", "same"));
        write(file("c", "same"), Edit.write(path("d"), "same".getBytes(UTF_8), true));

        assertThat(store.contents(KEY)).isEqualTo(1);
        assertThat(texts()).hasSize(4);
    }

    @Test
    void whatIsTooMuchIsRefusedAndWhatIsThereCanBeMadeLess() {
        assertThat(refusal(file("a", "x".repeat(401)))).contains("400 bytes", "a would have 401");
        write(file("a", "x".repeat(400)), file("b", "x".repeat(400)));
        assertThat(refusal(file("c", "x".repeat(201)))).contains("1,000 bytes", "1,001");
        assertThat(refusal(file("c", ""), file("d", ""), file("e", ""), file("f", "")))
                .contains("5 files");

        var smaller = new Workspaces(store, new WorkspaceLimits(10, 10, 1, 40));
        assertThat(smaller.apply(workspaces.load(KEY), cause("run-1"), List.of(Edit.delete(path("a")))))
                .isEqualTo(new Applied.Done(2));
    }

    @Test
    void aPathIsAFileOrAFolder() {
        write(file("a/b", "1"), file("a-b", "1"));

        assertThat(refusal(file("a", "2"))).contains("a would be a file and a folder");
        assertThat(refusal(file("a/b/c", "2"))).contains("a/b would be");
        write(Edit.delete(path("a/b")), file("a", "2"));
        assertThat(texts()).isEqualTo(Map.of("a", "2", "a-b", "1"));
    }

    private String refusal(Edit... edits) {
        Applied applied = workspaces.apply(workspaces.load(KEY), cause("run-1"), Arrays.asList(edits));
        assertThat(applied).isInstanceOf(Applied.Refused.class);
        return ((Applied.Refused) applied).why();
    }

    @Test
    void aRunThatHasEndedAndAConversationThatIsGoneWriteNothing() {
        var ended = new MemoryWorkspaceStore(clock, new Surroundings(_ -> 0, (_, run) -> !run.equals("ended")));
        var gone = new MemoryWorkspaceStore(clock, new Surroundings(_ -> -1, (_, _) -> true));

        assertThat(new Workspaces(ended, LIMITS).apply(Workspace.empty(KEY), cause("ended"), List.of(file("a", "1"))))
                .isEqualTo(new Applied.Gone());
        assertThat(new Workspaces(gone, LIMITS).apply(Workspace.empty(KEY), cause("run-1"), List.of(file("a", "1"))))
                .isEqualTo(new Applied.Gone());
        assertThat(ended.load(KEY).files()).isEmpty();
    }

    @Test
    void anEarlierRevisionCanBeLookedAtAndRestored() {
        write(file("a", "1"), file("b", "1"));
        write(Edit.delete(path("a")), file("b", "2"), file("c", "2"));
        write(file("b", "3"));

        assertThat(texts(history.at(KEY, 1).orElseThrow())).isEqualTo(Map.of("a", "1", "b", "1"));
        assertThat(history.at(KEY, 0).orElseThrow()).isEqualTo(Workspace.empty(KEY));
        assertThat(history.restore(KEY, cause(null), 1)).contains(new Applied.Done(4));
        assertThat(texts()).isEqualTo(Map.of("a", "1", "b", "1"));
        assertThat(history.restore(KEY, cause(null), 4)).contains(new Applied.Unchanged(4));
        assertThat(history.restore(KEY, cause(null), 5)).isEmpty();
    }

    @Test
    void undoingTakesBackWhatNobodyHasChangedSince() {
        write(file("kept", "1"), file("changed", "1"));
        long undone = write(file("kept", "2"), file("changed", "2"), file("new", "2"));
        write(file("changed", "3"));

        var result = history.undo(KEY, cause("run-2"), undone).orElseThrow();

        assertThat(result.applied()).isEqualTo(new Applied.Done(4));
        assertThat(result.changedSince()).containsExactly(path("changed"));
        assertThat(texts()).isEqualTo(Map.of("kept", "1", "changed", "3"));
        assertThat(history.undo(KEY, cause("run-2"), undone).orElseThrow().applied())
                .isEqualTo(new Applied.Unchanged(4));
        assertThat(history.undo(KEY, cause("run-2"), 99)).isEmpty();
    }

    @Test
    void oldRevisionsAreForgottenWithWhatOnlyTheyNeed() {
        write(file("first", "first"));
        for (int i = 0; i < 99; i++) {
            write(file("a", "a" + i));
        }

        assertThat(store.newestFirst(KEY, Long.MAX_VALUE, 999)).hasSize(40);
        assertThat(texts()).isEqualTo(Map.of("a", "a98", "first", "first"));
        // What the 40 revisions have brought, what was there before them, and the first file.
        assertThat(store.contents(KEY)).isEqualTo(42);
        assertThat(texts(history.at(KEY, 60).orElseThrow())).containsEntry("a", "a58");
        assertThat(history.at(KEY, 59)).isEmpty();
        assertThat(history.restore(KEY, cause(null), 59)).isEmpty();
        assertThat(history.undo(KEY, cause(null), 59)).isEmpty();
    }

    @Test
    void anApprovalHoldsWhileNobodyElseChangesFiles() {
        write(file("a", "1"));
        String bound = history.boundTo(call("run-2"));
        assertThat(bound).isEqualTo("1");
        assertThat(history.stillBound(bound, call("run-2"))).isTrue();

        workspaces.apply(workspaces.load(KEY), cause("run-2"), List.of(file("a", "2")));
        assertThat(history.stillBound(bound, call("run-2"))).isTrue();
        assertThat(history.stillBound(bound, call("run-3"))).isFalse();

        workspaces.apply(workspaces.load(KEY), cause(null), List.of(file("b", "2")));
        assertThat(history.stillBound(bound, call("run-2"))).isFalse();
    }

    private static ToolContext call(String run) {
        return new ToolContext(KEY.tenant(), "", KEY.id(), run, "key", Instant.MAX);
    }

    @Test
    void everyRevisionIsWhatItsChangesMakeOfTheOneBefore() {
        List<Workspace> was = new ArrayList<>(List.of(workspaces.load(KEY)));
        var random = new Random(7);
        for (int i = 0; i < 30; i++) {
            String name = "f" + random.nextInt(5);
            boolean delete =
                    random.nextInt(4) == 0 && was.getLast().file(path(name)).isPresent();
            write(delete ? Edit.delete(path(name)) : file(name, "text " + i));
            was.add(workspaces.load(KEY));
        }

        for (Workspace then : was) {
            assertThat(history.at(KEY, then.revision())).contains(then);
        }
    }
}
