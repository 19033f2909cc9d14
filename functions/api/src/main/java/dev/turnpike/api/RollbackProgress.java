package dev.turnpike.api;

import dev.turnpike.calls.DueCall;
import dev.turnpike.calls.UndoPlan;
import dev.turnpike.calls.UndoPlan.Undoable;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Ulids;
import dev.turnpike.run.Run;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// How far the effects of a run are undone, gathered from the runs that undo them.
final class RollbackProgress {
    private final Run undone;
    private final UndoPlan plan;

    /// By the id of the call that was to be undone.
    private final Map<String, Item.ToolResult> results = new HashMap<>();

    private @Nullable Run last;

    RollbackProgress(Run undone, UndoPlan plan) {
        this.undone = undone;
        this.plan = plan;
    }

    /// The id of one of the runs that undo. It is known before: so whoever asks again finds them, whenever that is.
    String runId(int round) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((undone.key().run() + " rollback " + round).getBytes(StandardCharsets.UTF_8));
            return Ulids.of(Ulids.time(undone.key().run()).toEpochMilli(), hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /// The id of the call that undoes another; it differs from round to round.
    String callId(String runId, Undoable each) {
        return runId.substring(10) + "_" + each.call().callId();
    }

    /// What the models are told that later read the conversation.
    String told() {
        var text =
                new StringBuilder("The effects of the response " + undone.key().responseId() + " are undone.");
        plan.kept()
                .forEach(kept -> text.append(" Not undone: the call of ")
                        .append(kept.call().name())
                        .append(", ")
                        .append(kept.reason())
                        .append('.'));
        return text.toString();
    }

    /// @param items of the run, its input first
    void add(Run run, List<Item> items) {
        last = run;
        String prefix = run.key().run().substring(10) + "_";
        for (Item item : items) {
            if (item instanceof Item.ToolResult result
                    && result.callId().startsWith(prefix)
                    && !(result.outcome() == Outcome.FAILED && result.output().equals(DueCall.NOT_BEGUN))) {
                results.put(result.callId().substring(prefix.length()), result);
            }
        }
    }

    /// What nobody has tried to undo, in the order in which it is undone.
    List<Undoable> left() {
        return plan.undoable().stream()
                .filter(each -> !results.containsKey(each.call().callId()))
                .toList();
    }

    void write(JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("object", "response.rollback");
        json.writeStringProperty("id", last == null ? null : last.key().responseId());
        json.writeStringProperty("response_id", undone.key().responseId());
        json.writeStringProperty("status", status());
        json.writeArrayPropertyStart("undone");
        for (Undoable each : plan.undoable()) {
            Item.ToolResult result = results.get(each.call().callId());
            if (result != null && result.outcome() == Outcome.DONE) {
                call(json, each.call());
                json.writeStringProperty("undone_by", each.by().tool());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("not_undone");
        plan.kept().forEach(kept -> kept(json, kept.call(), kept.reason()));
        for (Undoable each : plan.undoable()) {
            Item.ToolResult result = results.get(each.call().callId());
            if (result == null) {
                kept(json, each.call(), "it was not come to yet");
            } else if (result.outcome() != Outcome.DONE) {
                kept(json, each.call(), result.output());
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /// Nothing is left to be done, or it goes on, or it goes on when it is asked for again.
    private String status() {
        if (last != null && !last.status().terminal()) {
            return last.status().name().toLowerCase(Locale.ROOT);
        }
        return left().isEmpty() ? "completed" : "incomplete";
    }

    private static void call(JsonGenerator json, Item.ToolCall call) {
        json.writeStartObject();
        json.writeStringProperty("id", call.id());
        json.writeStringProperty("name", call.name());
    }

    private static void kept(JsonGenerator json, Item.ToolCall call, String reason) {
        call(json, call);
        json.writeStringProperty("reason", reason);
        json.writeEndObject();
    }
}
