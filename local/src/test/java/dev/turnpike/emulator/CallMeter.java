package dev.turnpike.emulator;

import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/// Counts the calls of a client, or of several, by their kind.
final class CallMeter implements ExecutionInterceptor {
    private Map<String, Integer> calls = new TreeMap<>();

    /// Since the last call of this.
    synchronized Map<String, Integer> take() {
        Map<String, Integer> taken = calls;
        calls = new TreeMap<>();
        return taken;
    }

    @Override
    public synchronized void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        calls.merge(context.request().getClass().getSimpleName().replace("Request", ""), 1, Integer::sum);
    }
}
