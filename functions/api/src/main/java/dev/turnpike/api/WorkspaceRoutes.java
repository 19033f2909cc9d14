package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.WireText;
import dev.turnpike.tool.ToolException;
import dev.turnpike.wiring.ApiParts;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.WorkspacePath;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// `/v1/conversations/{id}/workspace` and what is below: the files that a conversation's tools work on.
final class WorkspaceRoutes {
    private final ApiParts parts;
    private final Conversations conversations;
    private final WorkspaceHistory history;

    WorkspaceRoutes(ApiParts parts, Conversations conversations) {
        this.parts = parts;
        this.conversations = conversations;
        this.history = new WorkspaceHistory(parts.workspaces());
    }

    /// `GET /v1/conversations/{id}/workspace`.
    void get(String id, Principal caller, HttpReply reply) throws IOException {
        send(id, parts.workspaces().load(conversations.find(id, caller).key()), reply);
    }

    private static void send(String id, Workspace workspace, HttpReply reply) throws IOException {
        reply.json(200, json -> WorkspaceWriter.workspace(json, id, workspace));
    }

    /// `POST /v1/conversations/{id}/workspace`: writes and deletes files, all of them or none.
    void change(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        Conversation conversation = conversations.find(id, caller);
        Fields fields = Fields.of(body, "");
        fields.allowOnly(Set.of("files", "if_revision"));
        List<WorkspaceReader.Wanted> files = WorkspaceReader.files(fields);
        OptionalInt only = fields.integer("if_revision", 0, Integer.MAX_VALUE);
        Applied applied = only.isPresent()
                ? parts.workspaces().changeOnly(only.getAsInt(), conversation.key(), cause(), now -> edits(files, now))
                : parts.workspaces().change(conversation.key(), cause(), now -> edits(files, now));
        requireDone(applied, id, "files");
        send(id, parts.workspaces().load(conversation.key()), reply);
    }

    private static List<Edit> edits(List<WorkspaceReader.Wanted> files, Workspace now) {
        return files.stream().map(file -> file.edit(now)).toList();
    }

    private Cause cause() {
        return new Cause(null, "request " + parts.ids().next());
    }

    private static void requireDone(Applied applied, String id, String param) {
        switch (applied) {
            case Applied.Done _, Applied.Unchanged _ -> {}
            case Applied.Conflict(long revision, List<WorkspacePath> _) ->
                throw ApiException.conflict(
                        "workspace_changed",
                        "if_revision",
                        "The workspace has changed meanwhile: its revision is " + revision + ". Nothing was written.");
            case Applied.Refused(String why) ->
                throw ApiException.invalid("workspace_refused", param, "Invalid '" + param + "': " + why + ".");
            case Applied.Gone() -> throw Conversations.notFound(id);
        }
    }

    /// `GET /v1/conversations/{id}/workspace/file`, of the `path` of the query.
    void file(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        Conversation conversation = conversations.find(id, caller);
        String asked = request.query().get("path");
        if (asked == null) {
            throw ApiException.missing("path");
        }
        WorkspacePath path = WorkspaceReader.path(asked, "path");
        Workspace workspace = parts.workspaces().load(conversation.key());
        FileEntry file = workspace
                .file(path)
                .orElseThrow(() -> ApiException.notFound(
                        "File '" + WireText.shown(path.toString()) + "' not found in the workspace."));
        byte[] bytes = bytes(workspace, file);
        TextEncoding encoding = encoding(request, bytes);
        String content = WorkspaceReader.content(encoding, bytes);
        reply.json(200, json -> WorkspaceWriter.file(json, workspace.revision(), path, file, encoding, content));
    }

    private byte[] bytes(Workspace workspace, FileEntry file) {
        try {
            return parts.workspaces().content(workspace.key(), file).bytes();
        } catch (ToolException _) {
            throw ApiException.notFound("The file was deleted meanwhile.");
        }
    }

    /// As asked; else base64 for what is not text.
    private static TextEncoding encoding(HttpRequest request, byte[] bytes) {
        String asked = request.query().get("encoding");
        if (asked != null) {
            return WorkspaceReader.encoding(asked, "encoding");
        }
        return TextEncoding.isBinary(bytes) ? TextEncoding.BASE64 : TextEncoding.UTF_8;
    }

    /// `GET /v1/conversations/{id}/workspace/revisions`, the newest first.
    void revisions(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        int limit = PageQuery.limit(request);
        String after = request.query().get("after");
        if (after != null && !after.matches("[0-9]{1,9}")) {
            throw PageQuery.notAnId(after, "a revision");
        }
        Conversation conversation = conversations.find(id, caller);
        long before = after == null ? Long.MAX_VALUE : Long.parseLong(after);
        List<Revision> found = history.newestFirst(conversation.key(), before, limit + 1);
        boolean more = found.size() > limit;
        List<Revision> page = more ? found.subList(0, limit) : found;
        reply.json(200, json -> WorkspaceWriter.revisions(json, conversation.key(), page, more));
    }

    /// `POST /v1/conversations/{id}/workspace/restore`: a new revision whose files are those of an earlier one.
    void restore(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        Conversation conversation = conversations.find(id, caller);
        Fields fields = Fields.of(body, "");
        fields.allowOnly(Set.of("revision"));
        int revision = fields.integer("revision", 0, Integer.MAX_VALUE).orElseThrow(() -> fields.missing("revision"));
        Applied applied = history.restore(conversation.key(), cause(), revision)
                .orElseThrow(() -> ApiException.notFound("Revision " + revision + " of the workspace not found."));
        requireDone(applied, id, "revision");
        send(id, parts.workspaces().load(conversation.key()), reply);
    }
}
