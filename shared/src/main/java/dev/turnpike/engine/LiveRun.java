package dev.turnpike.engine;

import dev.turnpike.budget.Permit.Held;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A run in the hands of its lease holder: its row, the items it can see, and who watches.
final class LiveRun {
    private Run run;
    private final List<Item> items;
    private final boolean olderItems;
    private final Deadline deadline;
    private final Consumer<RunEvent> watcher;
    private final LeaseKeeper lease;
    private @Nullable CancelWatch watch;
    private Held held = Held.NOTHING;

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

    /// Whether it has done nothing yet, but to summarise what came before.
    boolean begins() {
        return output().stream().allMatch(Item.Compaction.class::isInstance);
    }

    /// How many calls of our tools the run has dealt with. It is the same for whoever holds the run next.
    int toolCalls() {
        return (int) output().stream()
                .filter(item -> item instanceof Item.ToolResult result && result.executor() == Executor.SERVER)
                .count();
    }

    /// What is held for the model call that is made next.
    void holds(Held call) {
        held = call;
    }

    Held held() {
        return held;
    }

    /// What was held, to be settled by whoever asks.
    Held release() {
        Held ended = held;
        held = Held.NOTHING;
        return ended;
    }

    Deadline deadline() {
        return deadline;
    }

    /// While it watches, work may be interrupted.
    ///
    /// @param watch null for nothing
    void watchedBy(@Nullable CancelWatch watch) {
        this.watch = watch;
    }

    /// Whether the run's end was asked for while it was watched. Work then ends as it is.
    boolean cancelled() {
        return watch != null && watch.noticed();
    }

    /// Shows that the holder is alive.
    void touch() {
        if (watch == null) {
            lease.touch();
        } else {
            watch.uninterrupted(lease::touch);
        }
    }

    /// What must come to its end though the run's end is asked for meanwhile.
    <T> T uninterrupted(Supplier<T> work) {
        return watch == null ? work.get() : watch.uninterrupted(work);
    }

    /// Tells the watcher that the run is in its holder's hands. Of a run that is being deleted items may be missing.
    void taken() {
        watcher.accept(new RunEvent.Taken(run, List.copyOf(output())));
    }

    private List<Item> output() {
        int output = (int) (run.endSeq() - run.inputEnd());
        return items.subList(Math.max(0, items.size() - output), items.size());
    }

    /// Tells the watcher, and shows that the holder is alive.
    void emit(RunEvent event) {
        if (watch == null) {
            tell(event);
        } else {
            watch.uninterrupted(() -> tell(event));
        }
    }

    private void tell(RunEvent event) {
        lease.touch();
        watcher.accept(event);
    }

    void committed(Run after, List<Item> added) {
        run = after;
        lease.committed(after);
        items.addAll(added);
    }
}
