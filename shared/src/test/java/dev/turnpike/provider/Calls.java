package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A provider that does as it is told, one thing for each call, and then answers.
final class Calls implements ModelClient {
    static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    private final Queue<Deed> deeds = new ArrayDeque<>();
    private final List<String> models = new ArrayList<>();

    /// What one call comes to.
    interface Deed {
        void play(Consumer<StreamEvent> events) throws ModelException;
    }

    static ModelRequest request(String model) {
        return new ModelRequest(model, null, List.of(), List.of(), ToolChoice.AUTO, true, 100, Map.of());
    }

    static ModelException failure(Kind kind, Usage used, @Nullable Duration retryAfter) {
        return new ModelException(kind, "The model failed as told.", used, retryAfter, null);
    }

    Calls fails(Kind... kinds) {
        for (Kind kind : kinds) {
            deeds.add(_ -> {
                throw failure(kind, Usage.NONE, null);
            });
        }
        return this;
    }

    Calls does(Deed deed) {
        deeds.add(deed);
        return this;
    }

    /// The models that were asked, in order.
    List<String> models() {
        return models;
    }

    @Override
    public ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        models.add(request.model());
        Deed deed = deeds.poll();
        if (deed != null) {
            deed.play(events);
        }
        events.accept(new StreamEvent.TextDelta("Yes."));
        return new ModelAnswer(
                "Yes.", "", "", List.of(), FinishReason.STOP, Usage.reported(5, 0, 2, 0), Served.by(request.model()));
    }
}
