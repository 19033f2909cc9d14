package dev.turnpike.check;

/// How much was looked at.
///
/// @param deleted conversations of which there is a tombstone
/// @param headless conversations that have expired, or never came to be
/// @param recomputed ledger rows whose cost was computed again
/// @param notRecomputed ledger rows whose price version is not known here
public record Counts(
        long conversations,
        long deleted,
        long headless,
        long runs,
        long items,
        long ledgerRows,
        long recomputed,
        long notRecomputed,
        long toolCalls,
        long violations) {
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Counts of(Partition partition, long recomputed, long violations) {
        return new Counts(
                1,
                partition.deleted() ? 1 : 0,
                partition.head() == null && !partition.deleted() ? 1 : 0,
                partition.runs().size(),
                partition.items().size(),
                partition.ledger().size(),
                recomputed,
                partition.ledger().size() - recomputed,
                partition.calls().size(),
                violations);
    }

    public Counts plus(Counts more) {
        return new Counts(
                conversations + more.conversations,
                deleted + more.deleted,
                headless + more.headless,
                runs + more.runs,
                items + more.items,
                ledgerRows + more.ledgerRows,
                recomputed + more.recomputed,
                notRecomputed + more.notRecomputed,
                toolCalls + more.toolCalls,
                violations + more.violations);
    }

    Counts withViolations(long number) {
        return new Counts(
                conversations,
                deleted,
                headless,
                runs,
                items,
                ledgerRows,
                recomputed,
                notRecomputed,
                toolCalls,
                number);
    }

    /// For example:
    ///
    /// ```
    /// conversations 61 (deleted 1, without a head 0), runs 60, items 1080, tool calls 480
    /// ledger rows 545 (costs recomputed 545, not recomputed 0)
    /// 0 violations
    /// ```
    @Override
    public String toString() {
        return """
            conversations %d (deleted %d, without a head %d), runs %d, items %d, tool calls %d
            ledger rows %d (costs recomputed %d, not recomputed %d)
            %d violation%s\
            """.formatted(
                        conversations,
                        deleted,
                        headless,
                        runs,
                        items,
                        toolCalls,
                        ledgerRows,
                        recomputed,
                        notRecomputed,
                        violations,
                        violations == 1 ? "" : "s");
    }
}
