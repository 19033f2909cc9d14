package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// Asks other models, one after the other, when the one that was asked for fails through no fault of the request.
///
/// Not once something of an answer was seen, which can't be taken back, nor after a call that was paid for, which must
/// have its ledger row first. When all fail, the first failure is told, for it is about what was asked.
public final class Fallback implements CallPolicy {
    private static final Set<Kind> OUTAGES = EnumSet.of(
            Kind.RATE_LIMITED, Kind.UNAVAILABLE, Kind.CONNECTION, Kind.TIMEOUT, Kind.UNREADABLE, Kind.RESTING);

    private final Function<String, List<String>> chains;

    /// @param chains the models that stand in for a model, in this order; none for an empty list
    public Fallback(Function<String, List<String>> chains) {
        this.chains = chains;
    }

    @Override
    public ModelClient around(ModelClient client) {
        return (request, deadline, events) -> stream(client, request, deadline, events);
    }

    private ModelAnswer stream(
            ModelClient client, ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        var seen = new Seen(events);
        try {
            return client.stream(request, deadline, seen);
        } catch (ModelException first) {
            if (!passes(first, seen)) {
                throw first;
            }
            for (String other : chains.apply(request.model())) {
                // The lease must last for this one, too.
                events.accept(StreamEvent.ALIVE);
                try {
                    return client.stream(request.of(other), deadline, seen);
                } catch (ModelException failure) {
                    if (seen.any() || failure.usage().totalTokens() > 0) {
                        throw failure;
                    }
                    first.addSuppressed(failure);
                    if (Thread.currentThread().isInterrupted()) {
                        throw first;
                    }
                }
            }
            throw first;
        }
    }

    private static boolean passes(ModelException failure, Seen seen) {
        return OUTAGES.contains(failure.kind())
                && !seen.any()
                && failure.usage().totalTokens() == 0
                && !Thread.currentThread().isInterrupted();
    }
}
