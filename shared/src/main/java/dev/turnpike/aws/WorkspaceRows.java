package dev.turnpike.aws;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.NewRevision;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Workspaces as rows. Lists of files are lines of text, a file each, compressed; what one row can't hold goes on in
/// others.
final class WorkspaceRows {
    static final String REVISION = "revision";
    static final String PACKED = "gz";

    /// How many rows follow the first one.
    static final String PARTS = "parts";

    /// On a revision that is being forgotten.
    static final String FORGOTTEN = "forgotten";

    private static final String NONE = "-";

    private WorkspaceRows() {}

    /// The head first, then what of the list of files it has no room for.
    static List<Row> head(Workspace workspace, Instant expires) {
        String lines = workspace.files().entrySet().stream()
                .map(file -> entry(file.getValue()) + " " + file.getKey() + "\n")
                .collect(Collectors.joining());
        Row head = Row.at(TableKeys.conversation(workspace.key()), WorkspaceKeys.HEAD)
                .put(REVISION, workspace.revision())
                .put("files", workspace.files().size())
                .put("bytes", workspace.totalBytes());
        long revision = workspace.revision();
        return packed(
                head, lines.getBytes(StandardCharsets.UTF_8), expires, part -> WorkspaceKeys.list(revision, part));
    }

    static Workspace workspace(ConversationKey key, Row head, List<Row> parts) {
        NavigableMap<WorkspacePath, FileEntry> files = new TreeMap<>();
        text(head, parts).lines().forEach(line -> {
            int end = line.indexOf(' ');
            FileEntry file = entry(line.substring(0, end));
            if (file != null) {
                files.put(path(line.substring(end + 1)), file);
            }
        });
        return new Workspace(key, head.number(REVISION), files);
    }

    static List<Row> revision(NewRevision revision, long seq, Instant at, Instant expires) {
        String lines = revision.changes().stream()
                .map(change -> entry(change.before()) + " " + entry(change.after()) + " " + change.path() + "\n")
                .collect(Collectors.joining());
        long number = revision.base().revision() + 1;
        Row row = Row.at(TableKeys.conversation(revision.base().key()), WorkspaceKeys.revision(number))
                .put("run", revision.cause().run())
                .put("key", revision.cause().key())
                .put("seq", seq)
                .put("at", at);
        return packed(
                row, lines.getBytes(StandardCharsets.UTF_8), expires, part -> WorkspaceKeys.revisionPart(number, part));
    }

    static Revision revision(Row row, List<Row> parts) {
        List<Change> changes = new ArrayList<>();
        text(row, parts).lines().forEach(line -> {
            int first = line.indexOf(' ');
            int second = line.indexOf(' ', first + 1);
            changes.add(new Change(
                    path(line.substring(second + 1)),
                    entry(line.substring(0, first)),
                    entry(line.substring(first + 1, second))));
        });
        return new Revision(
                WorkspaceKeys.revision(row.text(TableKeys.SK)),
                new Cause(row.optionalText("run"), row.text("key")),
                row.number("seq"),
                row.instant("at"),
                changes);
    }

    /// @param origin of the entries that name it
    static List<Row> content(ConversationKey key, FileContent content, String origin, Instant expires) {
        String sk = WorkspaceKeys.content(content.hash(), origin);
        return packed(
                Row.at(TableKeys.conversation(key), sk),
                content.bytes(),
                expires,
                part -> WorkspaceKeys.contentPart(content.hash(), origin, part));
    }

    static FileContent content(Row first, List<Row> parts) {
        return FileContent.of(unpacked(first, parts));
    }

    private interface PartKey {
        String sk(int part);
    }

    private static List<Row> packed(Row first, byte[] bytes, Instant expires, PartKey key) {
        List<byte[]> pieces = Packed.split(bytes);
        List<Row> rows = new ArrayList<>();
        rows.add(first.put(PACKED, binary(pieces.getFirst()))
                .put(PARTS, pieces.size() - 1)
                .expires(expires));
        for (int part = 1; part < pieces.size(); part++) {
            rows.add(Row.at(first.text(TableKeys.PK), key.sk(part))
                    .put(PACKED, binary(pieces.get(part)))
                    .expires(expires));
        }
        return rows;
    }

    private static String text(Row first, List<Row> parts) {
        return new String(unpacked(first, parts), StandardCharsets.UTF_8);
    }

    private static byte[] unpacked(Row first, List<Row> parts) {
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(bytes(first));
        parts.forEach(part -> pieces.add(bytes(part)));
        return Packed.joined(pieces);
    }

    /// About what a row takes of a transaction.
    static int size(Row row) {
        return bytes(row).length + 512;
    }

    private static byte[] bytes(Row row) {
        AttributeValue packed = row.value(PACKED);
        if (packed == null) {
            throw new IllegalStateException("a row of a workspace lacks its content");
        }
        return packed.b().asByteArrayUnsafe();
    }

    private static AttributeValue binary(byte[] bytes) {
        return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes));
    }

    /// `f` or, for what may be started, `x`; bytes, hash and origin.
    private static String entry(@Nullable FileEntry file) {
        return file == null
                ? NONE
                : "%s%d:%s:%s".formatted(file.executable() ? "x" : "f", file.sizeBytes(), file.hash(), file.origin());
    }

    private static @Nullable FileEntry entry(String text) {
        if (text.equals(NONE)) {
            return null;
        }
        List<String> parts = List.of(text.substring(1).split(":", -1));
        return new FileEntry(parts.get(1), parts.get(2), Integer.parseInt(parts.get(0)), text.charAt(0) == 'x');
    }

    private static WorkspacePath path(String text) {
        try {
            return WorkspacePath.of(text);
        } catch (ToolException e) {
            throw new IllegalStateException("a row of a workspace has a path that is none", e);
        }
    }
}
