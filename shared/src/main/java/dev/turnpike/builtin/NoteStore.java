package dev.turnpike.builtin;

import java.util.Map;
import java.util.Optional;

/// Short texts that a conversation keeps under a name, beyond the model's window.
public interface NoteStore {
    /// Stores or replaces a note; doing it again changes nothing.
    void put(String tenant, String conversation, String name, String text);

    Optional<String> find(String tenant, String conversation, String name);

    /// At most 100 notes, by name.
    Map<String, String> all(String tenant, String conversation);
}
