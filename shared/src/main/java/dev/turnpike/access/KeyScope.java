package dev.turnpike.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What a key may be used for. Every key may list models.
public enum KeyScope {
    /// Make, cancel and delete responses and completions, and count what a request would take.
    RESPONSES_WRITE("responses.write"),
    RESPONSES_READ("responses.read"),
    CONVERSATIONS_WRITE("conversations.write"),
    CONVERSATIONS_READ("conversations.read"),
    USAGE_READ("usage.read");

    private final String wireName;

    KeyScope(String wireName) {
        this.wireName = wireName;
    }

    public static Set<KeyScope> all() {
        return EnumSet.allOf(KeyScope.class);
    }

    public static Optional<KeyScope> of(String wireName) {
        return Arrays.stream(values())
                .filter(scope -> scope.wireName.equals(wireName))
                .findFirst();
    }

    public String wireName() {
        return wireName;
    }
}
