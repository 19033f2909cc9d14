package dev.turnpike.sandbox;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.WorkspaceStore;
import dev.turnpike.workspace.Workspaces;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Runs commands on a copy of a conversation's files, and keeps what they change as one revision under the call's key.
///
/// A command has no other effect: it reaches nothing but its files. So a call may run again with its key, and its tools
/// are [dev.turnpike.tool.Effect#REPEATABLE]: an attempt that finds the revision of an earlier one runs nothing.
public final class SandboxWork {
    /// What sending the files, keeping the changes and starting a fresh environment take of a call's time.
    private static final Duration SPARE = Duration.ofSeconds(5);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int OUTPUT_BYTES = 60_000;

    private final Sandbox sandbox;
    private final WorkspaceStore store;
    private final Workspaces workspaces;
    private final WorkspaceHistory history;
    private final InstantSource clock;

    public SandboxWork(Sandbox sandbox, WorkspaceStore store, Workspaces workspaces, InstantSource clock) {
        this.sandbox = sandbox;
        this.store = store;
        this.workspaces = workspaces;
        this.history = new WorkspaceHistory(workspaces);
        this.clock = clock;
    }

    /// @param timeout that is asked for; what is left of the call's time may be less
    /// @return how the command ended, what it printed, and what it changed
    /// @throws ToolException it could not run, or what it changed could not be kept
    String run(SandboxCommand command, Duration timeout, ToolContext call) throws ToolException {
        ConversationKey key = Workspaces.conversation(call);
        Optional<Long> earlier = store.byKey(key, call.idempotencyKey());
        if (earlier.isPresent()) {
            return "An earlier attempt of this call has run. What it printed is lost; what it changed is revision "
                    + earlier.get() + changes(key, earlier.get()) + ".";
        }
        Workspace before = workspaces.load(key);
        Duration left = Duration.between(clock.instant(), call.deadline()).minus(SPARE);
        Duration longest = timeout.compareTo(left) < 0 ? timeout : left;
        if (longest.compareTo(SHORTEST) < 0) {
            throw new ToolException("There is too little time left to run a command.");
        }
        var request = new SandboxRequest(command, files(before), longest, OUTPUT_BYTES);
        SandboxAnswer answer = sandbox.run(request, call.deadline());
        return keep(before, answer, call);
    }

    private String changes(ConversationKey key, long revision) {
        return store.revision(key, revision)
                .map(made -> ": "
                        + SandboxReport.paths(made.changes().stream()
                                .map(Revision.Change::path)
                                .map(WorkspacePath::toString)
                                .toList()))
                .orElse("");
    }

    private List<SandboxFile> files(Workspace workspace) throws ToolException {
        Map<String, FileContent> contents =
                workspaces.contents(workspace.key(), workspace.files().values());
        List<SandboxFile> files = new ArrayList<>();
        workspace.files().forEach((path, file) -> {
            FileContent content = Objects.requireNonNull(contents.get(file.hash()));
            files.add(new SandboxFile(path.toString(), content.bytes(), file.executable()));
        });
        return files;
    }

    private String keep(Workspace before, SandboxAnswer answer, ToolContext call) throws ToolException {
        var report = new SandboxReport(answer);
        List<Edit> edits = new ArrayList<>();
        for (String path : answer.deleted()) {
            edits.add(Edit.delete(WorkspacePath.of(path)));
        }
        for (SandboxFile file : answer.written()) {
            try {
                edits.add(Edit.write(WorkspacePath.of(file.path()), file.content(), file.executable()));
            } catch (ToolException refused) {
                report.refused(String.valueOf(refused.getMessage()));
            }
        }
        if (edits.isEmpty()) {
            return report.text();
        }
        Applied applied = workspaces.apply(before, Revision.Cause.of(call), edits);
        if (applied instanceof Applied.Done(long revision)) {
            report.kept(revision);
            return report.text();
        }
        try {
            applied.orThrow();
            return report.text();
        } catch (ToolException lost) {
            throw new ToolException(
                    "What the command changed is not kept: " + lost.getMessage() + "\n" + report.text());
        }
    }

    /// What a call would send; nothing runs, for nobody knows what a command does before it has run.
    String preview(String command, ToolContext call) {
        Workspace workspace = workspaces.load(Workspaces.conversation(call));
        List<String> paths =
                workspace.files().keySet().stream().map(WorkspacePath::toString).toList();
        int bytes = workspace.files().values().stream()
                .mapToInt(FileEntry::sizeBytes)
                .sum();
        return """
            Would run this in the sandbox, without a network, on a copy of the conversation's files, and keep what it \
            changes of them:

            %s

            Files, as of revision %d: %s\
            """.formatted(
                command,
                workspace.revision(),
                paths.isEmpty() ? "none" : SandboxReport.paths(paths) + " (%,d bytes together)".formatted(bytes));
    }

    /// Undoes the revision that the call has made, if it made one.
    Optional<Compensation> compensation(ToolContext call) {
        return store.byKey(Workspaces.conversation(call), call.idempotencyKey())
                .map(revision -> new Compensation("undo_workspace_change", "{\"revision\":" + revision + "}"));
    }

    String boundTo(ToolContext call) {
        return history.boundTo(call);
    }

    boolean stillBound(String boundTo, ToolContext call) {
        return history.stillBound(boundTo, call);
    }
}
