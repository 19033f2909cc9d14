package dev.turnpike.api;

import dev.turnpike.usage.Counter;
import dev.turnpike.usage.Tally;
import java.math.BigDecimal;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// Shows what was used.
final class UsageWriter {
    private UsageWriter() {}

    /// Exact: a millionth of a dollar is the least there is.
    static BigDecimal usd(long micros) {
        return BigDecimal.valueOf(micros, 6);
    }

    static BigDecimal usd(Tally tally) {
        return usd(tally.get(Counter.COST_MICROS));
    }

    /// Calls of the model.
    static long calls(Tally tally) {
        return tally.get(Counter.ATTEMPTS) - tally.get(Counter.FROM_CACHE);
    }

    /// The fields of what is summed up, within an object.
    static void tally(JsonGenerator json, Tally tally) {
        json.writeNumberProperty("requests", calls(tally));
        json.writeNumberProperty("requests_from_cache", tally.get(Counter.FROM_CACHE));
        json.writeNumberProperty("abandoned_requests", tally.get(Counter.ABANDONED));
        json.writeNumberProperty("estimated_requests", tally.get(Counter.ESTIMATED));
        json.writeNumberProperty("unpriced_requests", tally.get(Counter.UNPRICED));
        json.writeNumberProperty("input_tokens", tally.get(Counter.INPUT_TOKENS));
        json.writeNumberProperty("cached_tokens", tally.get(Counter.CACHED_TOKENS));
        json.writeNumberProperty("cache_write_tokens", tally.get(Counter.CACHE_WRITE_TOKENS));
        json.writeNumberProperty("output_tokens", tally.get(Counter.OUTPUT_TOKENS));
        json.writeNumberProperty("reasoning_tokens", tally.get(Counter.REASONING_TOKENS));
        json.writeNumberProperty("cost_usd", usd(tally));
    }

    /// Of the time to the first token; null where none came.
    static void latency(JsonGenerator json, Tally tally) {
        long begun = tally.get(Counter.BEGUN);
        json.writeObjectPropertyStart("ttft_ms");
        number(
                json,
                "average",
                begun == 0 ? OptionalLong.empty() : OptionalLong.of(tally.get(Counter.TTFT_MILLIS) / begun));
        number(json, "p50", tally.latencies().percentile(50));
        number(json, "p95", tally.latencies().percentile(95));
        number(json, "p99", tally.latencies().percentile(99));
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String name, OptionalLong number) {
        if (number.isPresent()) {
            json.writeNumberProperty(name, number.getAsLong());
        } else {
            json.writeNullProperty(name);
        }
    }
}
