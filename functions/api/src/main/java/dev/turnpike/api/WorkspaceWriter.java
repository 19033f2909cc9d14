package dev.turnpike.api;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Tells of workspaces and their files.
final class WorkspaceWriter {
    private WorkspaceWriter() {}

    /// What Git keeps for itself counts, but is not listed.
    static void workspace(JsonGenerator json, String conversation, Workspace workspace) {
        json.writeStartObject();
        json.writeStringProperty("object", "conversation.workspace");
        json.writeStringProperty("conversation_id", conversation);
        json.writeNumberProperty("revision", workspace.revision());
        json.writeNumberProperty("total_files", workspace.files().size());
        json.writeNumberProperty("total_bytes", workspace.totalBytes());
        json.writeArrayPropertyStart("files");
        workspace.files().forEach((path, file) -> {
            if (!path.inGit()) {
                json.writeStartObject();
                about(json, path, file);
                json.writeEndObject();
            }
        });
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void about(JsonGenerator json, WorkspacePath path, FileEntry file) {
        json.writeStringProperty("path", path.toString());
        json.writeNumberProperty("bytes", file.sizeBytes());
        json.writeStringProperty("sha256", file.hash());
        json.writeBooleanProperty("executable", file.executable());
    }

    static void file(
            JsonGenerator json,
            long revision,
            WorkspacePath path,
            FileEntry file,
            TextEncoding encoding,
            String content) {
        json.writeStartObject();
        json.writeStringProperty("object", "conversation.workspace.file");
        json.writeNumberProperty("revision", revision);
        about(json, path, file);
        json.writeStringProperty("encoding", encoding.wireName());
        json.writeStringProperty("content", content);
        json.writeEndObject();
    }

    static void revisions(JsonGenerator json, ConversationKey conversation, List<Revision> revisions, boolean more) {
        json.writeStartObject();
        json.writeStringProperty("object", "list");
        json.writeArrayPropertyStart("data");
        revisions.forEach(revision -> revision(json, conversation, revision));
        json.writeEndArray();
        PageQuery.write(
                json, revisions.stream().map(revision -> "" + revision.number()).toList(), more);
        json.writeEndObject();
    }

    private static void revision(JsonGenerator json, ConversationKey conversation, Revision revision) {
        json.writeStartObject();
        json.writeStringProperty("object", "conversation.workspace.revision");
        json.writeNumberProperty("revision", revision.number());
        json.writeNumberProperty("created_at", revision.at().getEpochSecond());
        String run = revision.cause().run();
        if (run == null) {
            json.writeNullProperty("response_id");
        } else {
            json.writeStringProperty("response_id", new RunKey(conversation, run).responseId());
        }
        json.writeArrayPropertyStart("files");
        for (Change change : revision.changes()) {
            json.writeStartObject();
            json.writeStringProperty("path", change.path().toString());
            json.writeStringProperty("change", word(change));
            bytes(json, "bytes_before", change.before());
            bytes(json, "bytes_after", change.after());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String word(Change change) {
        return change.before() == null ? "added" : change.after() == null ? "deleted" : "changed";
    }

    private static void bytes(JsonGenerator json, String name, @Nullable FileEntry file) {
        if (file == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, file.sizeBytes());
        }
    }
}
