package dev.turnpike.check;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.ledger.PriceList;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks everything that is stored of one conversation. Pure: it reads and writes nothing.
public final class ConversationCheck {
    private final PriceList prices;

    /// @param prices of the deployment's provider; rows of another version of it are not computed again
    public ConversationCheck(PriceList prices) {
        this.prices = prices;
    }

    public record Findings(Counts counts, List<Violation> violations) {}

    public Findings check(Partition partition, Instant now) {
        Found found = new Found(partition.key());
        Conversation head = partition.head();
        if (head != null) {
            new ItemRules(partition, found).check(head, now);
            head(head, found, partition);
            files(found, partition.files());
        } else {
            gone(found, partition);
        }
        long recomputed = new LedgerRules(partition, found, prices).check(head);
        if (!partition.deleted()) {
            partition.runs().forEach(row -> new RunRules(partition, found, row).check(head, now));
        }
        List<Violation> all = found.violations();
        all.addAll(partition.unreadable());
        return new Findings(Counts.of(partition, recomputed, all.size()), all);
    }

    private static void head(Conversation head, Found found, Partition partition) {
        String active = head.activeRun();
        found.unless(head.key().equals(partition.key()), 13, "head", "is named {}", head.key());
        found.unless(
                active == null || partition.run(active).isPresent(), 7, "head", "names run {}, which is gone", active);
    }

    private static void files(Found found, @Nullable FileRows files) {
        if (files != null) {
            new FileRules(files, found).check();
        }
    }

    /// Input that was written ahead of a run that never came is left to expire.
    private static void gone(Found found, Partition partition) {
        if (partition.deleted()) {
            int rows = partition.places().size() + partition.calls().size();
            found.unless(rows == 0, 16, "head", "is deleted, {} items and tool calls are left", rows);
            found.unless(partition.others().isEmpty(), 16, "head", "is deleted, left are {}", partition.others());
        }
        for (var row : partition.runs()) {
            found.unless(false, 16, row.run(), "has no conversation any more");
        }
    }
}
