package dev.turnpike.access;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Remembers so many things, those that were wanted last. For any number of threads.
public final class Recent<K, V> {
    private final Map<K, V> known;

    public Recent(int most) {
        this.known = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    public synchronized @Nullable V get(K key) {
        return known.get(key);
    }

    public synchronized void put(K key, V value) {
        known.put(key, value);
    }

    public synchronized @Nullable V remove(K key) {
        return known.remove(key);
    }
}
