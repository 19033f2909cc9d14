package dev.turnpike.builtin;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Notes by tenant and conversation, as a table keeps them.
public final class NotesInMemory implements NoteStore {
    private final Map<String, Map<String, String>> notes = new HashMap<>();

    @Override
    public void put(String tenant, String conversation, String name, String text) {
        notes.computeIfAbsent(tenant + "/" + conversation, _ -> new TreeMap<>()).put(name, text);
    }

    @Override
    public Optional<String> find(String tenant, String conversation, String name) {
        return Optional.ofNullable(all(tenant, conversation).get(name));
    }

    @Override
    public Map<String, String> all(String tenant, String conversation) {
        return notes.getOrDefault(tenant + "/" + conversation, Map.of());
    }
}
