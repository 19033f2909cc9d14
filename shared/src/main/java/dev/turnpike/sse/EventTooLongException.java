package dev.turnpike.sse;

import java.io.IOException;

/// A server-sent event takes more than [SseReader#MAX_EVENT_BYTES].
public final class EventTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    EventTooLongException() {
        super("a server-sent event is longer than " + SseReader.MAX_EVENT_BYTES + " bytes");
    }
}
