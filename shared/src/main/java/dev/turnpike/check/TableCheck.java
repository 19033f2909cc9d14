package dev.turnpike.check;

import dev.turnpike.check.ConversationCheck.Findings;
import dev.turnpike.conversation.ConversationKey;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Checks conversation by conversation, a few at a time, while the deployment goes on working.
public final class TableCheck {
    private static final int AT_A_TIME = 8;

    private final CheckedTable table;
    private final ConversationCheck rules;
    private final InstantSource clock;

    public TableCheck(CheckedTable table, ConversationCheck rules, InstantSource clock) {
        this.table = table;
        this.rules = rules;
        this.clock = clock;
    }

    /// @param found told of each violation, from one thread at a time
    /// @throws IllegalStateException a conversation could not be read
    public Counts check(Stream<ConversationKey> conversations, Consumer<Violation> found) {
        var sum = new Sum(found);
        var places = new Semaphore(AT_A_TIME);
        try (conversations;
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            conversations.forEach(key -> {
                places.acquireUninterruptibly();
                threads.execute(() -> {
                    try {
                        sum.add(look(key));
                    } catch (Throwable failure) {
                        sum.failed(key, failure);
                    } finally {
                        places.release();
                    }
                });
            });
        }
        return sum.counts();
    }

    /// Pages of one conversation are read one after the other, and a run may commit in between. What only one of two
    /// looks shows was such a moment.
    private Findings look(ConversationKey key) {
        Findings first = rules.check(table.read(key), clock.instant());
        if (first.violations().isEmpty()) {
            return first;
        }
        Findings second = rules.check(table.read(key), clock.instant());
        List<Violation> both = second.violations().stream()
                .filter(first.violations()::contains)
                .toList();
        return new Findings(second.counts().withViolations(both.size()), both);
    }

    private static final class Sum {
        private final Consumer<Violation> found;
        private Counts counts = Counts.NONE;
        private @Nullable IllegalStateException failure;

        Sum(Consumer<Violation> found) {
            this.found = found;
        }

        synchronized void add(Findings findings) {
            counts = counts.plus(findings.counts());
            findings.violations().forEach(found);
        }

        synchronized void failed(ConversationKey key, Throwable cause) {
            failure = new IllegalStateException("could not check conv_" + key.id(), cause);
        }

        /// @throws IllegalStateException not everything was checked
        synchronized Counts counts() {
            if (failure != null) {
                throw failure;
            }
            return counts;
        }
    }
}
