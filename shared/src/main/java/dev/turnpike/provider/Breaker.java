package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.provider.BreakerStore.State;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// Spares a model that fails time after time, for all instances together: a circuit breaker.
///
/// After some failures in a row nobody asks it for a while. Then one call, of whichever instance comes first, tries
/// whether it answers again; with its first token all are let through, with its failure the rest begins anew.
///
/// What the store says is believed for two seconds, so a busy instance seldom asks it, and a failure tells at once what
/// the others have seen. Where the store does not answer, calls are made.
public final class Breaker implements CallPolicy {
    private static final Duration BELIEVED = Duration.ofSeconds(2);

    /// Requests may name models that nobody has.
    private static final int MOST_KNOWN = 1_000;

    private static final Duration COUNTED = Duration.ofMinutes(1);
    private static final Set<Kind> COUNTS =
            EnumSet.of(Kind.UNAVAILABLE, Kind.CONNECTION, Kind.TIMEOUT, Kind.UNREADABLE);

    private final BreakerStore store;
    private final Settings settings;
    private final Function<String, Target> targets;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// @param targets which model of which provider a name means
    public Breaker(BreakerStore store, Settings settings, Function<String, Target> targets) {
        this.store = store;
        this.settings = settings;
        this.targets = targets;
    }

    /// @param failures in a row after which a model is spared; 0 for never
    /// @param rest how long
    /// @param probe how long a trial may take to bring its first token
    public record Settings(int failures, Duration rest, Duration probe) {}

    private record Known(State state, Instant until) {}

    @Override
    public ModelClient around(ModelClient client) {
        return settings.failures() == 0
                ? client
                : (request, deadline, events) -> stream(client, request, deadline, events);
    }

    private ModelAnswer stream(
            ModelClient client, ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        Target target = targets.apply(request.model());
        State state = state(target, deadline.clock().instant());
        letThrough(target, state, deadline.clock().instant());
        var seen = new Seen(events, () -> answered(target, state));
        try {
            ModelAnswer answer = client.stream(request, deadline, seen);
            if (!seen.any()) {
                answered(target, state);
            }
            return answer;
        } catch (ModelException failure) {
            Instant now = deadline.clock().instant();
            if (isOurs(failure, seen, deadline)) {
                throw failure;
            }
            if (COUNTS.contains(failure.kind())) {
                failed(target, state, now);
            } else if (state.tripped() && !seen.any()) {
                // It speaks to us, if only to refuse.
                answered(target, state);
            }
            throw failure;
        }
    }

    /// A call that was broken off here, or ran out of the time that was left for it, says nothing of the model.
    private static boolean isOurs(ModelException failure, Seen seen, Deadline deadline) {
        return Thread.currentThread().isInterrupted()
                || (failure.kind() == Kind.TIMEOUT && (seen.any() || deadline.passed()));
    }

    private State state(Target target, Instant now) {
        Known last = known.get(target.id());
        if (last != null && now.isBefore(last.until())) {
            return last.state();
        }
        return believe(target, store.read(target.id()), now);
    }

    private State believe(Target target, State state, Instant now) {
        Instant fresh = now.plus(BELIEVED);
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        known.put(target.id(), new Known(state, state.restUntil().isAfter(fresh) ? state.restUntil() : fresh));
        return state;
    }

    private void letThrough(Target target, State state, Instant now) throws ModelException {
        if (!state.tripped()) {
            return;
        }
        if (state.restUntil().isAfter(now)) {
            throw resting(target, now, state.restUntil());
        }
        if (state.probeUntil().isAfter(now)) {
            known.remove(target.id());
            throw resting(target, now, state.probeUntil());
        }
        known.remove(target.id());
        Instant until = now.plus(settings.probe());
        if (!store.probe(target.id(), state, now, until)) {
            throw resting(target, now, until);
        }
    }

    private static ModelException resting(Target target, Instant now, Instant until) {
        return new ModelException(
                Kind.RESTING,
                "The model " + target.name() + " has failed too often of late and is not asked for a while. Try again"
                        + " later, or let the operator name a fallback.",
                Duration.between(now, until));
    }

    private void answered(Target target, State before) {
        if (before.tripped() || before.failures() > 0) {
            known.remove(target.id());
            store.good(target.id(), before);
        }
    }

    private void failed(Target target, State before, Instant now) {
        if (before.tripped()) {
            rest(target, before, now);
            return;
        }
        State state = store.failed(target.id(), now, now.plus(COUNTED));
        if (!state.tripped() && state.failures() >= settings.failures()) {
            rest(target, state, now);
        } else {
            believe(target, state, now);
        }
    }

    private void rest(Target target, State seen, Instant now) {
        Instant until = now.plus(settings.rest());
        store.rest(target.id(), seen, until);
        believe(target, new State(seen.failures(), until, Instant.EPOCH), now);
    }
}
