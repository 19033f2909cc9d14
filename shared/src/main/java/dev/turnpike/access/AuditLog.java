package dev.turnpike.access;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was done to keys and limits, what tools were called, and who was refused. Nothing in it is ever changed.
public interface AuditLog {
    void append(Event event);

    /// The same for what would be told over and over: at most once in a minute.
    ///
    /// @param subject what is told once
    void appendOnce(Event event, String subject);

    /// The newest first.
    ///
    /// @param tenant empty for what is of no tenant
    List<Noted> list(String tenant, Wanted wanted, int most);

    enum Kind {
        KEY_CREATED("api_key.created"),
        KEY_UPDATED("api_key.updated"),
        KEY_ROTATED("api_key.rotated"),
        KEY_DISABLED("api_key.deleted"),
        LIMITS_UPDATED("rate_limit.updated"),
        LOGIN_FAILED("login.failed"),
        TOOL_CALLED("tool.called"),
        TOOL_REFUSED("tool.refused"),
        TOOL_ASKED("tool.approval_requested"),
        IMAGE_REMOVED("answer.image_removed");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// @param tenant empty for none
    /// @param address where the request came from; empty where that is not known
    /// @param details by their names; no credentials
    record Event(Kind kind, Instant at, String tenant, String address, Map<String, String> details) {
        public Event {
            details = Map.copyOf(details);
        }
    }

    /// @param id grows with time
    record Noted(String id, Event event) {}

    /// @param from the first instant that is wanted
    /// @param to the first that is not
    /// @param before the id of the event that was listed last; null for the newest
    record Wanted(
            Instant from,
            Instant to,
            Set<Kind> kinds,
            @Nullable String before) {
        public boolean includes(Noted noted) {
            Instant at = noted.event().at();
            return !noted.id().equals(before)
                    && kinds.contains(noted.event().kind())
                    && !at.isBefore(from)
                    && at.isBefore(to);
        }
    }
}
