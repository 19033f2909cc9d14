package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;

/// A log line that CloudWatch counts, by its [embedded metric format](
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
/// The namespace is `Turnpike`, the one dimension `FunctionName`.
public final class MetricLine {
    private MetricLine() {}

    /// @param level Lambda drops the line, and so the metrics, when its function's log level is higher
    /// @param metrics counts by their names, at least one
    /// @return one line of JSON, as bytes: a logger would wrap text into its own form
    public static byte[] of(String function, LogLevel level, Instant at, Map<String, Integer> metrics) {
        var line = new StringBuilder(512).append("{\"timestamp\":");
        Json.string(line, at.toString());
        Json.string(line.append(",\"level\":"), level.name());
        line.append(",\"_aws\":{\"Timestamp\":").append(at.toEpochMilli());
        line.append(
                ",\"CloudWatchMetrics\":[{\"Namespace\":\"Turnpike\",\"Dimensions\":[[\"FunctionName\"]],\"Metrics\":[");
        for (Iterator<String> names = metrics.keySet().iterator(); names.hasNext(); ) {
            Json.string(line.append("{\"Name\":"), names.next());
            line.append(",\"Unit\":\"Count\"}").append(names.hasNext() ? "," : "");
        }
        Json.string(line.append("]}]},\"FunctionName\":"), function);
        metrics.forEach((name, count) -> {
            Json.string(line.append(','), name);
            line.append(':').append((int) count);
        });
        return line.append("}\n").toString().getBytes(UTF_8);
    }
}
