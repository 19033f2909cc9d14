package dev.turnpike.aws;

import dev.turnpike.check.FileRows;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Workspace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Sorts the rows of a workspace. Contents are dropped row by row: of one that has a row to itself the hash is computed
/// again, of a longer one only that all of it is there.
final class FileRowsReader {
    private final ConversationKey key;
    private final Map<String, Row> lists = new TreeMap<>();
    private final List<Row> revisions = new ArrayList<>();
    private final Map<String, Long> causes = new HashMap<>();
    private final Set<String> contents = new HashSet<>();
    private final Map<String, Long> partsToCome = new HashMap<>();
    private @Nullable Row head;

    FileRowsReader(ConversationKey key) {
        this.key = key;
    }

    static boolean isOne(String sk) {
        return sk.equals(WorkspaceKeys.HEAD) || sk.startsWith(WorkspaceKeys.HEAD + "#");
    }

    void add(String sk, Row row) {
        if (sk.equals(WorkspaceKeys.HEAD)) {
            head = row;
        } else if (sk.startsWith(WorkspaceKeys.CONTENTS)) {
            content(sk.substring(WorkspaceKeys.CONTENTS.length()), row);
        } else if (sk.startsWith(WorkspaceKeys.CONTENT_PARTS)) {
            String name = sk.substring(WorkspaceKeys.CONTENT_PARTS.length(), sk.lastIndexOf('#'));
            if (partsToCome.merge(name, -1L, Long::sum) == 0) {
                contents.add(name);
            }
        } else if (sk.startsWith(WorkspaceKeys.CAUSES)) {
            causes.put(sk.substring(WorkspaceKeys.CAUSES.length()), row.number(WorkspaceRows.REVISION));
        } else if (sk.startsWith(WorkspaceKeys.REVISIONS)) {
            revisions.add(row);
        } else {
            lists.put(sk, row);
        }
    }

    private void content(String name, Row row) {
        long parts = row.number(WorkspaceRows.PARTS, 0);
        if (parts > 0) {
            partsToCome.put(name, parts);
        } else if (name.startsWith(WorkspaceRows.content(row, List.of()).hash() + "#")) {
            contents.add(name);
        }
    }

    /// Null when there never was a file.
    @Nullable
    FileRows rows() {
        if (head == null) {
            return null;
        }
        long number = head.number(WorkspaceRows.REVISION);
        Workspace workspace = WorkspaceRows.workspace(key, head, parts(head, part -> WorkspaceKeys.list(number, part)));
        List<Revision> kept = revisions.stream()
                .filter(row -> !row.has(WorkspaceRows.FORGOTTEN))
                .map(this::revision)
                .toList();
        return new FileRows(
                workspace, head.number("files"), head.number("bytes"), kept, Map.copyOf(causes), Set.copyOf(contents));
    }

    private Revision revision(Row row) {
        long number = WorkspaceKeys.revision(row.text(TableKeys.SK));
        return WorkspaceRows.revision(row, parts(row, part -> WorkspaceKeys.revisionPart(number, part)));
    }

    private List<Row> parts(Row first, IntFunction<String> sk) {
        return IntStream.rangeClosed(1, (int) first.number(WorkspaceRows.PARTS, 0))
                .mapToObj(sk)
                .map(name -> {
                    Row part = lists.get(name);
                    if (part == null) {
                        throw new IllegalStateException("lacks its part " + name);
                    }
                    return part;
                })
                .toList();
    }
}
