package dev.turnpike.calls;

import dev.turnpike.access.AuditLog;
import dev.turnpike.conversation.Item;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Ruling;
import dev.turnpike.run.Run;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Tells the audit log of every call, made or not: who, which tool, which arguments by their hash, what was decided,
/// how it ended.
/// Neither arguments nor outputs are in it.
public final class ToolAudit {
    /// A name that a model made up may be long.
    private static final int LONGEST_NAME = 64;

    private static final int MOST_HOSTS = 20;

    private final AuditLog log;
    private final GuardedTools tools;
    private final InstantSource clock;

    public ToolAudit(AuditLog log, GuardedTools tools, InstantSource clock) {
        this.log = log;
        this.tools = tools;
        this.clock = clock;
    }

    /// @param start when it was called
    void called(Run run, DueCall due, Ruling ruling, Instant start, Item.ToolResult result) {
        Map<String, String> details = details(run, due, ruling);
        details.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
        details.put(
                "ms", String.valueOf(Duration.between(start, clock.instant()).toMillis()));
        if (run.request().calls().dry()) {
            details.put("dry_run", "true");
        }
        append(AuditLog.Kind.TOOL_CALLED, run, details);
    }

    /// @param why in the words that the model is told
    void refused(Run run, DueCall due, Ruling ruling, String why) {
        Map<String, String> details = details(run, due, ruling);
        details.put("refusal", why);
        append(AuditLog.Kind.TOOL_REFUSED, run, details);
    }

    /// @param request of a call that is not made until a person allows it
    public void asked(Run run, Item.ApprovalRequest request) {
        Map<String, String> details = details(run, request.name(), request.arguments());
        details.put("approval", request.id());
        append(AuditLog.Kind.TOOL_ASKED, run, details);
    }

    /// @param hosts from which a page that shows the run's answer would have loaded images
    public void imagesRemoved(Run run, List<String> hosts) {
        Map<String, String> details = ofRun(run);
        details.put("hosts", hosts.stream().distinct().limit(MOST_HOSTS).collect(Collectors.joining(", ")));
        append(AuditLog.Kind.IMAGE_REMOVED, run, details);
    }

    private void append(AuditLog.Kind kind, Run run, Map<String, String> details) {
        log.append(new AuditLog.Event(kind, clock.instant(), run.key().tenant(), "", details));
    }

    private Map<String, String> details(Run run, DueCall due, Ruling ruling) {
        Item.ToolCall call = due.call();
        Map<String, String> details = details(run, call.name(), call.arguments());
        details.put("call", call.id());
        details.put("decision", ruling.decision().wireName());
        details.put("reason", ruling.reason());
        Item.Approval approval = due.approval();
        if (approval != null) {
            details.put("approval", approval.requestId());
        }
        return details;
    }

    private Map<String, String> details(Run run, String tool, String arguments) {
        Map<String, String> details = ofRun(run);
        details.put("tool", tool.substring(0, Math.min(LONGEST_NAME, tool.length())));
        details.put("kind", tools.kind(tool).wireName());
        details.put("effect", tools.effect(tool).name().toLowerCase(Locale.ROOT));
        details.put("arguments_sha256", sha256(arguments));
        return details;
    }

    private static Map<String, String> ofRun(Run run) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("response", run.key().responseId());
        details.put("api_key", run.payer().key());
        if (!run.payer().user().isEmpty()) {
            details.put("user", run.payer().user());
        }
        return details;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
