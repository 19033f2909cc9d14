package dev.turnpike.check;

import dev.turnpike.check.Partition.Place;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.Run;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// I2 and I6: the items of a conversation, in order.
final class ItemRules {
    private final Partition partition;
    private final List<Place> places;
    private final Found found;

    ItemRules(Partition partition, Found found) {
        this.partition = partition;
        this.places = partition.places();
        this.found = found;
    }

    void check(Conversation head, Instant now) {
        noGap(head, now);
        idsAreUnique();
        places.forEach(this::liesInItsRun);
        partition.runs().forEach(row -> ranges(head, row.run()));
        everyCallIsAnsweredOnce();
    }

    private void noGap(Conversation head, Instant now) {
        long next = 0;
        if (partition.oldestMayBeGone(head, now)) {
            next = places.isEmpty() ? head.nextSeq() : places.getFirst().seq();
        }
        for (Place place : places) {
            found.unless(place.seq() == next, 2, name(place.seq()), "the one before it should be {}", next - 1);
            next = place.seq() + 1;
        }
        found.unless(next == head.nextSeq(), 2, "head", "nextSeq is {}, items end at {}", head.nextSeq(), next);
    }

    private void idsAreUnique() {
        Set<String> ids = new HashSet<>();
        for (StoredItem item : partition.items()) {
            String id = item.item().id();
            found.unless(ids.add(id), 2, name(item), "its id {} is another's too", id);
        }
    }

    private void liesInItsRun(Place item) {
        if (item.run() != null) {
            partition
                    .run(item.run())
                    .ifPresent(run -> found.unless(
                            item.seq() >= run.firstSeq() && item.seq() < run.endSeq(),
                            2,
                            name(item.seq()),
                            "is of run {}, which has {} to {}",
                            item.run(),
                            run.firstSeq(),
                            run.endSeq() - 1));
        }
    }

    private void ranges(Conversation head, Run run) {
        boolean ordered = run.firstSeq() <= run.inputEnd() && run.inputEnd() <= run.endSeq();
        found.unless(
                ordered, 2, run, "its input is {} to {} of {}", run.firstSeq(), run.inputEnd() - 1, run.endSeq() - 1);
        found.unless(
                run.endSeq() <= head.nextSeq(),
                2,
                run,
                "has items up to {} of {}",
                run.endSeq() - 1,
                head.nextSeq() - 1);
        for (Place item : places) {
            boolean within = item.seq() >= run.firstSeq() && item.seq() < run.endSeq();
            found.unless(
                    !within || run.key().run().equals(item.run()),
                    2,
                    run,
                    "item {} of its range is of run {}",
                    item.seq(),
                    item.run());
        }
    }

    /// An id may come again in a later answer; then the later call counts.
    private void everyCallIsAnsweredOnce() {
        Set<String> owed = new LinkedHashSet<>();
        Set<String> answered = new HashSet<>();
        String speaking = "";
        for (StoredItem stored : partition.items()) {
            String step = stored.run() + "/" + stored.step();
            if (stored.run() != null && spoken(stored.item()) && !step.equals(speaking)) {
                found.unless(owed.isEmpty(), 6, name(stored), "a model speaks though these have no result: {}", owed);
                owed.clear();
                speaking = step;
            }
            switch (stored.item()) {
                case Item.ToolCall call -> {
                    answered.remove(call.callId());
                    if (call.executor() == Executor.SERVER) {
                        owed.add(call.callId());
                    }
                }
                case Item.ToolResult result -> {
                    boolean first = answered.add(result.callId());
                    found.unless(first, 6, name(stored), "another result of call {}", result.callId());
                    owed.remove(result.callId());
                }
                case Item.Message _,
                        Item.Reasoning _,
                        Item.ApprovalRequest _,
                        Item.Approval _,
                        Item.Compaction _,
                        Item.Draft _ -> {}
            }
        }
    }

    private static boolean spoken(Item item) {
        return switch (item) {
            case Item.Message message -> message.role() == Item.Role.ASSISTANT;
            case Item.ToolCall _, Item.Reasoning _, Item.Draft _ -> true;
            case Item.ToolResult _, Item.ApprovalRequest _, Item.Approval _, Item.Compaction _ -> false;
        };
    }

    private static String name(StoredItem item) {
        return name(item.seq());
    }

    private static String name(long seq) {
        return "item " + seq;
    }
}
