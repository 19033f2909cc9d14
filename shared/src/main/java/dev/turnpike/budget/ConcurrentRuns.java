package dev.turnpike.budget;

import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Ulids;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bounds how many unfinished runs a key, a user or a tenant may have.
public final class ConcurrentRuns {
    /// So many places are given back at a time.
    private static final int ENOUGH = 20;

    /// Longer than it takes to create a run.
    private static final Duration CREATION = Duration.ofMinutes(1);

    private final RunPlaces places;
    private final RunStore runs;
    private final InstantSource clock;

    public ConcurrentRuns(RunPlaces places, RunStore runs, InstantSource clock) {
        this.places = places;
        this.runs = runs;
        this.clock = clock;
    }

    /// A limit that stands in the way.
    public record Full(Scope scope, int most) {}

    /// Takes a place for a run that is about to be created, with everybody who has a limited number of them, or with
    /// nobody.
    ///
    /// @param most by whose they are; 0 for any number
    public Optional<Full> enter(RunKey run, Payer payer, Map<Scope, Integer> most) {
        List<Account> taken = new ArrayList<>();
        for (Map.Entry<Scope, Integer> limit : most.entrySet()) {
            Account account = Account.of(run, payer, limit.getKey());
            if (limit.getValue() > 0 && !take(account, run, limit.getValue())) {
                taken.forEach(each -> places.free(each, List.of(run)));
                return Optional.of(new Full(limit.getKey(), limit.getValue()));
            }
            taken.add(account);
        }
        return Optional.empty();
    }

    /// The run was not created after all.
    public void leave(RunKey run, Payer payer, Map<Scope, Integer> most) {
        most.forEach((scope, limit) -> {
            if (limit > 0) {
                places.free(Account.of(run, payer, scope), List.of(run));
            }
        });
    }

    private boolean take(Account account, RunKey run, int most) {
        Optional<List<RunKey>> occupied = places.take(account, run, most);
        if (occupied.isEmpty()) {
            return true;
        }
        List<RunKey> ended = new ArrayList<>();
        for (RunKey other : occupied.get()) {
            if (ended.size() < ENOUGH && hasEnded(other)) {
                ended.add(other);
            }
        }
        if (ended.isEmpty()) {
            return false;
        }
        places.free(account, ended);
        return places.take(account, run, most).isEmpty();
    }

    /// One that is not found may be about to be created.
    private boolean hasEnded(RunKey run) {
        return runs.find(run)
                .map(found -> found.status().terminal())
                .orElseGet(() -> Ulids.time(run.run()).isBefore(clock.instant().minus(CREATION)));
    }
}
