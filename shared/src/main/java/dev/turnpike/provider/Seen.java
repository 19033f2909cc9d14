package dev.turnpike.provider;

import dev.turnpike.model.StreamEvent;
import java.util.function.Consumer;

/// Passes events on and remembers whether there were any that can't be taken back.
final class Seen implements Consumer<StreamEvent> {
    private final Consumer<StreamEvent> events;
    private final Runnable first;
    private boolean any;

    Seen(Consumer<StreamEvent> events) {
        this(events, () -> {});
    }

    /// @param first done once, before the first of them is passed on
    Seen(Consumer<StreamEvent> events, Runnable first) {
        this.events = events;
        this.first = first;
    }

    @Override
    public void accept(StreamEvent event) {
        if (!any && !(event instanceof StreamEvent.Alive)) {
            any = true;
            first.run();
        }
        events.accept(event);
    }

    boolean any() {
        return any;
    }
}
