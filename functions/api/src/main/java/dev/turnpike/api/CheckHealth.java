package dev.turnpike.api;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `GET /health`: this function answers. With `?deep=true` also whether the model provider, the table and the queue do;
/// what was found is kept for a while, so that nobody can make us ask them all the time.
final class CheckHealth {
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Map<String, Runnable> probes;
    private final InstantSource clock;
    private volatile @Nullable Findings last;

    CheckHealth(Map<String, Runnable> probes, InstantSource clock) {
        this.probes = probes;
        this.clock = clock;
    }

    private record Findings(Map<String, Boolean> reachable, Instant at) {
        boolean good() {
            return !reachable.containsValue(false);
        }
    }

    void serve(HttpRequest request, HttpReply reply) throws IOException {
        Findings found = "true".equals(request.query().get("deep")) ? look() : new Findings(Map.of(), clock.instant());
        reply.json(found.good() ? 200 : 503, json -> {
            json.writeStartObject();
            json.writeStringProperty("status", found.good() ? "ok" : "failing");
            found.reachable().forEach((name, good) -> json.writeStringProperty(name, good ? "ok" : "failing"));
            json.writeEndObject();
        });
    }

    private Findings look() {
        Findings known = last;
        if (known != null && clock.instant().isBefore(known.at().plus(FRESH))) {
            return known;
        }
        Map<String, Boolean> reachable = new TreeMap<>();
        probes.forEach((name, probe) -> reachable.put(name, answers(probe)));
        var found = new Findings(reachable, clock.instant());
        last = found;
        return found;
    }

    private static boolean answers(Runnable probe) {
        try {
            probe.run();
            return true;
        } catch (RuntimeException _) {
            return false;
        }
    }
}
