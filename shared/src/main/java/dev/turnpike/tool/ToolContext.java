package dev.turnpike.tool;

import java.time.Instant;

/// What a tool knows of the call it serves.
///
/// @param tenant the owner of the conversation; whatever the tool stores is stored under it
/// @param user whose key the run was asked for with; empty for nobody in particular
/// @param conversation id of the conversation
/// @param run id of the run
/// @param idempotencyKey the same on every attempt of this call, different for every other call
/// @param deadline after it the result is no longer waited for
public record ToolContext(
        String tenant, String user, String conversation, String run, String idempotencyKey, Instant deadline) {}
