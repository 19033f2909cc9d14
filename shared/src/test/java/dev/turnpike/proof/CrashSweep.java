package dev.turnpike.proof;

import dev.turnpike.fake.MemoryStore.Flaw;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.Workbench;
import dev.turnpike.proof.Story.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells one story again and again, and each time another call of a port goes wrong, in each way that it can.
final class CrashSweep {
    /// Longer than any lease and any invocation.
    private static final Duration HANGING = Workbench.INVOCATION.plusMinutes(1);

    private final Way way;
    private final @Nullable Flaw flaw;
    private final Tools tools = new Tools();
    private final List<String> violations = new ArrayList<>();
    private int cases;

    /// @param flaw planted in the store; null for none
    CrashSweep(Way way, @Nullable Flaw flaw) {
        this.way = way;
        this.flaw = flaw;
    }

    /// What goes wrong, and what others do meanwhile.
    private enum Trouble {
        REFUSED(Fault.REFUSED, false),
        ANSWER_LOST(Fault.ANSWER_LOST, false),
        DIES_BEFORE(Fault.DIES_BEFORE, false),
        DIES_AFTER(Fault.DIES_AFTER, false),
        HANGS_BEFORE(Fault.HANGS_BEFORE, false),
        HANGS_AFTER(Fault.HANGS_AFTER, false),
        TIMES_OUT(Fault.TIMES_OUT, false),
        OVERTAKEN_BEFORE(Fault.HANGS_BEFORE, true),
        OVERTAKEN_AFTER(Fault.HANGS_AFTER, true),
        TIMES_OUT_OVERTAKEN(Fault.TIMES_OUT, true);

        private final Fault fault;
        private final boolean overtaken;

        Trouble(Fault fault, boolean overtaken) {
            this.fault = fault;
            this.overtaken = overtaken;
        }
    }

    private record Hit(int call, Trouble trouble) {}

    /// @param calls of ports that the story makes when all goes well
    /// @param violations what was broken, and by what
    record Report(Way way, int calls, int faults, int cases, List<String> violations) {
        @Override
        public String toString() {
            return "%s: %d port calls x %d faults = %d cases, %d violations"
                    .formatted(way.title, calls, faults, cases, violations.size());
        }
    }

    /// One fault in each story.
    Report one() {
        int calls = rehearse();
        for (int call = 0; call < calls; call++) {
            for (Trouble trouble : Trouble.values()) {
                tell(List.of(new Hit(call, trouble)));
            }
        }
        return report(calls);
    }

    /// Two faults in each story; the second may meet the recovery from the first.
    Report two() {
        int calls = rehearse();
        for (int call = 0; call < calls; call++) {
            for (Trouble trouble : Trouble.values()) {
                var first = new Hit(call, trouble);
                int until = tell(List.of(first));
                for (int later = call + 1; later < until; later++) {
                    for (Trouble another : Trouble.values()) {
                        tell(List.of(first, new Hit(later, another)));
                    }
                }
            }
        }
        return report(calls);
    }

    private Report report(int calls) {
        return new Report(way, calls, Trouble.values().length, cases, List.copyOf(violations));
    }

    private int rehearse() {
        var story = new Story(tools);
        story.take(way);
        int calls = story.bench.calls.count();
        story.promises.check();
        return calls;
    }

    /// @return calls of ports until all was quiet
    private int tell(List<Hit> hits) {
        cases++;
        var story = new Story(tools);
        if (flaw != null) {
            story.bench.store.plant(flaw);
        }
        hits.forEach(hit -> story.bench.calls.hit(hit.call, hit.trouble.fault));
        story.bench.calls.whileHanging(call -> hang(story, call, hits));
        int calls = 0;
        try {
            story.take(way);
            story.bench.recover();
            calls = story.bench.calls.count();
            story.promises.check();
        } catch (AssertionError | RuntimeException broken) {
            violations.add(hits + ": " + broken);
        }
        return calls;
    }

    private static void hang(Story story, int call, List<Hit> hits) {
        story.bench.clock.advance(HANGING);
        if (hits.stream().anyMatch(hit -> hit.call == call && hit.trouble.overtaken)) {
            story.bench.recover();
        }
    }
}
