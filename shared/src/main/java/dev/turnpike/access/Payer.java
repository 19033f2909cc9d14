package dev.turnpike.access;

/// Who is charged within a tenant.
///
/// @param key the public part of the API key; [#QUEUE] for what came by the queue
/// @param user whose key it is, or whom the message names; empty for nobody in particular
public record Payer(String key, String user) {
    /// Stands for a key where a queue brought the request. No key has this id.
    public static final String QUEUE = "queue";

    /// Of runs that were made before anybody was noted.
    public static final Payer UNKNOWN = new Payer("", "");
}
