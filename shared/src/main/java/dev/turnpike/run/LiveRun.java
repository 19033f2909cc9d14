package dev.turnpike.run;

import dev.turnpike.conversation.Item;
import dev.turnpike.model.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A run in the hands of its lease holder: its row, the items it can see, and who watches.
final class LiveRun {
    private Run run;
    private final List<Item> items;
    private final boolean olderItems;
    private final Deadline deadline;
    private final Consumer<RunEvent> watcher;
    private final LeaseKeeper lease;

    /// @param items the newest items of the conversation, oldest first, the run's own among them
    /// @param olderItems whether the conversation has more than those
    /// @param deadline of this invocation
    LiveRun(
            Run run,
            List<Item> items,
            boolean olderItems,
            Deadline deadline,
            Consumer<RunEvent> watcher,
            LeaseKeeper lease) {
        this.run = run;
        this.items = new ArrayList<>(items);
        this.olderItems = olderItems;
        this.deadline = deadline;
        this.watcher = watcher;
        this.lease = lease;
    }

    Run run() {
        return run;
    }

    List<Item> items() {
        return items;
    }

    boolean olderItems() {
        return olderItems;
    }

    /// How many of the items are this run's own: they can't be left out of its window.
    int ownItems() {
        return (int) (run.endSeq() - run.firstSeq());
    }

    Deadline deadline() {
        return deadline;
    }

    /// Shows that the holder is alive.
    void touch() {
        lease.touch();
    }

    /// Tells the watcher, and shows that the holder is alive.
    void emit(RunEvent event) {
        lease.touch();
        watcher.accept(event);
    }

    void committed(Run after, List<Item> added) {
        run = after;
        lease.committed(after);
        items.addAll(added);
    }
}
