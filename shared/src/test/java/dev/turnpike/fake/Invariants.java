package dev.turnpike.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.check.ConversationCheck;
import dev.turnpike.check.Violation;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.Run;
import java.util.List;

/// What holds in the store whatever happened, to be checked after every test that drives runs: the operator's check,
/// and what only a fake can tell.
public final class Invariants {
    /// A test may look while a run still waits for its reaper.
    private static final int NOTHING_LIES_STILL = 8;

    private Invariants() {}

    public static void check(MemoryStore store) {
        assertThat(violations(store)).isEmpty();
        for (Run run : store.runs()) {
            assertThat(store.fences(run.key())).as("fences").isSorted().doesNotHaveDuplicates();
        }
    }

    /// What the operator's check finds.
    public static List<Violation> violations(MemoryStore store) {
        var check = new ConversationCheck(PriceList.forProvider("openai"));
        return store.partitions().stream()
                .flatMap(partition -> check.check(partition, store.now()).violations().stream())
                .filter(violation -> violation.invariant() != NOTHING_LIES_STILL)
                .toList();
    }
}
