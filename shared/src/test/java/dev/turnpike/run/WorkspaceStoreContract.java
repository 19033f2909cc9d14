package dev.turnpike.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore.NewConversation;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.NewRevision;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.WorkspaceLimits;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.WorkspaceStore;
import dev.turnpike.workspace.WorkspaceStore.Committed;
import dev.turnpike.workspace.Workspaces;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [WorkspaceStore] does. Conversations and runs are those of the other stores of the same table.
public abstract class WorkspaceStoreContract extends StoreContract {
    protected WorkspaceStore workspaces;

    /// The store over the table that was opened last.
    protected abstract WorkspaceStore workspaces(InstantSource clock);

    @BeforeEach
    void openWorkspaces() {
        workspaces = workspaces(clock);
    }

    protected final ConversationKey madeConversation() {
        ConversationKey key = conversation();
        Instant now = clock.instant();
        assertThat(conversations.create(
                        new NewConversation(key, Map.of(), List.of(message("Hello.")), now, now.plus(TIME_TO_LIVE))))
                .isTrue();
        return key;
    }

    protected static WorkspacePath path(String path) {
        try {
            return WorkspacePath.of(path);
        } catch (ToolException e) {
            throw new AssertionError(e);
        }
    }

    protected static Edit file(String path, byte[] bytes) {
        return Edit.write(path(path), bytes, path.endsWith(".sh"));
    }

    protected static Edit file(String path, String text) {
        return file(path, text.getBytes(UTF_8));
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    protected final Applied write(ConversationKey key, @Nullable String run, String causeKey, Edit... edits) {
        return new Workspaces(workspaces, WorkspaceLimits.USUAL)
                .apply(workspaces.load(key), new Cause(run, causeKey), List.of(edits));
    }

    private static NewRevision revision(Workspace base, String causeKey, String path, String text) {
        Cause cause = new Cause(null, causeKey);
        FileContent content = FileContent.of(text.getBytes(UTF_8));
        FileEntry after = new FileEntry(content.hash(), cause.origin(), content.sizeBytes(), false);
        var change = new Change(path(path), base.files().get(path(path)), after);
        return new NewRevision(base, cause, List.of(change), Map.of(content.hash(), content), 0);
    }

    private byte[] bytes(ConversationKey key, String path) {
        FileEntry file = workspaces.load(key).file(path(path)).orElseThrow();
        return requireNonNull(workspaces.contents(key, List.of(file)).get(file.hash()))
                .bytes();
    }

    @Test
    void aConversationHasNoFilesAtFirst() {
        ConversationKey key = madeConversation();

        assertThat(workspaces.load(key)).isEqualTo(Workspace.empty(key));
        assertThat(workspaces.newestFirst(key, Long.MAX_VALUE, 10)).isEmpty();
        assertThat(workspaces.revision(key, 1)).isEmpty();
        assertThat(workspaces.byKey(key, "any")).isEmpty();
    }

    @Test
    void whatWasWrittenIsThereWithItsCause() {
        ConversationKey key = madeConversation();
        write(key, null, "one", file("ü/a b.txt", "grüß dich\n"), file("run.sh", "exit"), file("empty", ""));

        Workspace workspace = workspaces.load(key);
        assertThat(workspace.revision()).isEqualTo(1);
        assertThat(workspace.files().keySet())
                .map(WorkspacePath::toString)
                .containsExactly("empty", "run.sh", "ü/a b.txt");
        assertThat(workspace.file(path("run.sh")).orElseThrow().executable()).isTrue();
        assertThat(workspace.totalBytes()).isEqualTo(16);
        assertThat(bytes(key, "ü/a b.txt")).isEqualTo("grüß dich\n".getBytes(UTF_8));
        assertThat(bytes(key, "empty")).isEmpty();
        Revision revision = workspaces.revision(key, 1).orElseThrow();
        assertThat(revision.cause()).isEqualTo(new Cause(null, "one"));
        assertThat(revision.seq()).isEqualTo(1);
        assertThat(revision.at()).isEqualTo(NOON);
        assertThat(revision.changes()).hasSize(3).allSatisfy(change -> {
            assertThat(change.before()).isNull();
            assertThat(change.after()).isEqualTo(workspace.files().get(change.path()));
        });
        assertThat(workspaces.byKey(key, "one")).contains(1L);
    }

    @Test
    void aRevisionFollowsTheNewestOnly() {
        ConversationKey key = madeConversation();
        Workspace first = workspaces.load(key);
        assertThat(workspaces.commit(revision(first, "one", "a", "1"))).isInstanceOf(Committed.Done.class);

        assertThat(workspaces.commit(revision(first, "two", "b", "2"))).isEqualTo(new Committed.Conflict());

        assertThat(workspaces.load(key).files().keySet()).containsExactly(path("a"));
        assertThat(workspaces.byKey(key, "two")).isEmpty();
        assertThat(workspaces.commit(revision(workspaces.load(key), "two", "b", "2")))
                .isEqualTo(new Committed.Done(workspaces.load(key)));
    }

    @Test
    void aKeyHasOneRevision() {
        ConversationKey key = madeConversation();
        workspaces.commit(revision(workspaces.load(key), "one", "a", "1"));
        workspaces.commit(revision(workspaces.load(key), "two", "a", "2"));

        assertThat(workspaces.commit(revision(workspaces.load(key), "one", "a", "3")))
                .isEqualTo(new Committed.AlreadyDone(1));
        assertThat(workspaces.commit(revision(Workspace.empty(key), "one", "a", "3")))
                .isEqualTo(new Committed.AlreadyDone(1));
        assertThat(bytes(key, "a")).isEqualTo("2".getBytes(UTF_8));
    }

    @Test
    void ofTenThatWriteAtOnceNoneIsLost() throws Exception {
        ConversationKey key = madeConversation();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Applied>> all = IntStream.range(0, 10)
                    .mapToObj(i -> threads.submit(() -> write(key, null, "call-" + i, file("f" + i, "text " + i))))
                    .toList();
            for (Future<Applied> one : all) {
                assertThat(one.get()).isInstanceOf(Applied.Done.class);
            }
        }

        assertThat(workspaces.load(key).files()).hasSize(10);
        assertThat(workspaces.newestFirst(key, Long.MAX_VALUE, 20))
                .extracting(Revision::number)
                .containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void whereThereIsNoConversationNothingIsWritten() {
        ConversationKey never = conversation();
        ConversationKey deleted = madeConversation();
        ConversationKey expired = madeConversation();
        write(deleted, null, "one", file("a", "1"));
        write(expired, null, "one", file("a", "1"));
        conversations.delete(deleted, clock.instant());
        clock.advance(TIME_TO_LIVE.plusSeconds(1));

        for (ConversationKey key : List.of(never, deleted, expired)) {
            assertThat(write(key, null, "two", file("b", "2"))).isEqualTo(new Applied.Gone());
        }
        assertThat(workspaces.load(deleted)).isEqualTo(Workspace.empty(deleted));
        assertThat(workspaces.newestFirst(deleted, 9, 9)).isEmpty();
    }

    @Test
    void aRunThatHasEndedOrIsToEndWritesNothing() {
        Run run = acquired(created());
        ConversationKey key = run.key().conversation();
        assertThat(write(key, run.key().run(), "one", file("a", "1"))).isEqualTo(new Applied.Done(1));

        requestCancel(run);
        assertThat(write(key, run.key().run(), "two", file("a", "2"))).isEqualTo(new Applied.Gone());
        assertThat(write(key, run.key().run(), "one", file("a", "1 again"))).isEqualTo(new Applied.Done(1));

        Run over = ended(newRun(1));
        assertThat(write(over.key().conversation(), over.key().run(), "one", file("a", "1")))
                .isEqualTo(new Applied.Gone());
        assertThat(write(over.key().conversation(), "no-run", "two", file("a", "1")))
                .isEqualTo(new Applied.Gone());
    }

    @Test
    void aFileOfFourMegabytesThatDoNotCompressIsKeptWhole() {
        ConversationKey key = madeConversation();
        byte[] bytes = random(1, 4 * 1024 * 1024);

        assertThat(write(key, null, "one", file("large", bytes), file("small", "1")))
                .isEqualTo(new Applied.Done(1));

        assertThat(bytes(key, "large")).isEqualTo(bytes);
        assertThat(bytes(key, "small")).isEqualTo("1".getBytes(UTF_8));
    }

    @Test
    void manyFilesAreOneRevision() {
        ConversationKey key = madeConversation();
        String folder = "a-folder-with-a-name/".repeat(5);
        Edit[] edits = IntStream.range(0, 1_000)
                .mapToObj(i -> file(folder + i, "text " + i))
                .toArray(Edit[]::new);

        assertThat(write(key, null, "one", edits)).isEqualTo(new Applied.Done(1));

        Workspace workspace = workspaces.load(key);
        assertThat(workspace.files()).hasSize(1_000);
        assertThat(workspaces.contents(key, workspace.files().values())).hasSize(1_000);
        assertThat(workspaces.revision(key, 1).orElseThrow().changes()).hasSize(1_000);
    }

    @Test
    void revisionsArePagedFromTheNewest() {
        ConversationKey key = madeConversation();
        for (int i = 1; i <= 5; i++) {
            write(key, null, "key-" + i, file("a", "text " + i));
        }

        assertThat(workspaces.newestFirst(key, Long.MAX_VALUE, 2))
                .extracting(Revision::number)
                .containsExactly(5L, 4L);
        assertThat(workspaces.newestFirst(key, 4, 9))
                .extracting(Revision::number)
                .containsExactly(3L, 2L, 1L);
        assertThat(workspaces.newestFirst(key, 1, 9)).isEmpty();
    }

    @Test
    void whatIsForgottenTakesOnlyItsOwnWithIt() {
        ConversationKey key = madeConversation();
        write(key, null, "first", file("first", "first"));
        List<FileEntry> were = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            write(key, null, "key-" + i, file("a", "text " + i));
            were.add(workspaces.load(key).file(path("a")).orElseThrow());
        }

        workspaces.forgetOlder(workspaces.load(key), 4);

        assertThat(workspaces.newestFirst(key, 99, 99))
                .extracting(Revision::number)
                .containsExactly(10L, 9L, 8L, 7L);
        assertThat(workspaces.revision(key, 6)).isEmpty();
        assertThat(workspaces.byKey(key, "key-0")).contains(2L);
        assertThat(bytes(key, "first")).isEqualTo("first".getBytes(UTF_8));
        // The four newest, and what was there before them.
        assertThat(workspaces.contents(key, were).keySet())
                .containsExactlyInAnyOrderElementsOf(
                        were.subList(4, 9).stream().map(FileEntry::hash).toList());
        var history = new WorkspaceHistory(new Workspaces(workspaces, WorkspaceLimits.USUAL));
        assertThat(history.restore(key, new Cause(null, "back"), 6)).contains(new Applied.Done(11));
        assertThat(bytes(key, "a")).isEqualTo("text 4".getBytes(UTF_8));
    }

    @Test
    void whoeverForgetsKnowsTheNewestRevision() {
        ConversationKey key = madeConversation();
        write(key, null, "one", file("a", "1"));
        write(key, null, "two", file("a", "2"));
        Workspace seen = workspaces.load(key);
        write(key, null, "three", file("a", "3"));

        workspaces.forgetOlder(seen, 1);

        assertThat(workspaces.newestFirst(key, 99, 99)).hasSize(3);
    }

    @Test
    void aRevisionThatReliesOnWhatIsForgottenIsNotWritten() {
        ConversationKey key = madeConversation();
        for (int i = 0; i < 5; i++) {
            write(key, null, "key-" + i, file("a", "text " + i));
        }
        Workspace head = workspaces.load(key);
        workspaces.forgetOlder(head, 2);

        NewRevision plain = revision(head, "late", "b", "1");
        var relying = new NewRevision(plain.base(), plain.cause(), plain.changes(), plain.contents(), 2);

        assertThat(workspaces.commit(relying)).isEqualTo(new Committed.Conflict());
        assertThat(workspaces.commit(plain)).isInstanceOf(Committed.Done.class);
    }

    @Test
    void filesLiveAsLongAsTheirConversation() {
        ConversationKey key = madeConversation();
        clock.advance(TIME_TO_LIVE.minusDays(1));
        write(key, null, "one", file("a", "1"));
        // A turn later the conversation lives on, and its entry in the list is prolonged where it would end before.
        Instant now = clock.instant();
        conversations.add(key, 1, List.of(message("More.")), now, now.plus(TIME_TO_LIVE));

        clock.advance(Duration.ofDays(29));
        assertThat(bytes(key, "a")).isEqualTo("1".getBytes(UTF_8));

        Instant later = clock.instant();
        conversations.add(key, 2, List.of(message("More.")), later, later.plus(TIME_TO_LIVE));
        conversations.keepListed(key, Conversation.listedUntil(later, later.plus(TIME_TO_LIVE)));
        clock.advance(Duration.ofDays(29));
        assertThat(bytes(key, "a")).isEqualTo("1".getBytes(UTF_8));
        assertThat(write(key, null, "two", file("b", "2"))).isEqualTo(new Applied.Done(2));
    }
}
