package dev.turnpike.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Where environments wait for their snapshot to be restored. Open unless held.
final class RestoreGate {
    private final List<RuntimeConnection> waiting = new ArrayList<>();
    private boolean held;

    synchronized void hold() {
        held = true;
    }

    synchronized void await(RuntimeConnection environment) throws IOException {
        if (held) {
            waiting.add(environment);
        } else {
            environment.restored();
        }
    }

    synchronized void release() {
        held = false;
        for (RuntimeConnection environment : waiting) {
            try {
                environment.restored();
            } catch (IOException _) {
                // It died while it waited.
            }
        }
        waiting.clear();
    }

    synchronized void remove(RuntimeConnection environment) {
        waiting.remove(environment);
    }
}
