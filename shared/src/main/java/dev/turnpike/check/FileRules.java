package dev.turnpike.check;

import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspace;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// I17: the files of a conversation.
final class FileRules {
    private static final int FILES = 17;

    private final FileRows rows;
    private final Found found;

    FileRules(FileRows rows, Found found) {
        this.rows = rows;
        this.found = found;
    }

    void check() {
        totals();
        revisions();
        causes();
        rows.head().files().forEach((path, file) -> isThere("file " + path, file));
    }

    private void totals() {
        Workspace head = rows.head();
        found.unless(
                rows.totalFiles() == head.files().size(),
                FILES,
                "workspace",
                "says {} files, lists {}",
                rows.totalFiles(),
                head.files().size());
        found.unless(
                rows.totalBytes() == head.totalBytes(),
                FILES,
                "workspace",
                "says {} bytes, lists {}",
                rows.totalBytes(),
                head.totalBytes());
    }

    /// From the newest back: what a revision has made of a file is what the later ones found.
    private void revisions() {
        Workspace then = rows.head();
        for (Revision revision : rows.revisions().reversed()) {
            String name = "revision " + revision.number();
            found.unless(revision.number() == then.revision(), FILES, name, "should be {}", then.revision());
            for (Change change : revision.changes()) {
                found.unless(
                        FileEntry.same(then.files().get(change.path()), change.after()),
                        FILES,
                        name,
                        "has not made {} what it is after it",
                        change.path());
                isThere(name, change.before());
                isThere(name, change.after());
            }
            then = then.without(revision.changes());
        }
        found.unless(
                rows.head().revision() == 0 || !rows.revisions().isEmpty(),
                FILES,
                "workspace",
                "lacks its revision {}",
                rows.head().revision());
    }

    private void isThere(String row, @Nullable FileEntry file) {
        found.unless(
                file == null || rows.contents().contains(FileRows.name(file)),
                FILES,
                row,
                "lacks the content {}",
                file == null ? "" : FileRows.name(file));
    }

    private void causes() {
        Set<Long> numbers = new HashSet<>();
        rows.causes().forEach((origin, number) -> {
            found.unless(numbers.add(number), FILES, "key " + origin, "leads to revision {}, as another does", number);
            found.unless(
                    number <= rows.head().revision(), FILES, "key " + origin, "leads to revision {}, to come", number);
        });
        for (Revision revision : rows.revisions()) {
            Long number = rows.causes().get(revision.cause().origin());
            found.unless(
                    number != null && number == revision.number(),
                    FILES,
                    "revision " + revision.number(),
                    "has a key that leads to {}",
                    number);
        }
    }
}
