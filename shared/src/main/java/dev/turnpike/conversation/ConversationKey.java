package dev.turnpike.conversation;

/// Names one conversation. The tenant is part of every key, so a foreign id finds nothing.
///
/// @param tenant the owner, as the API key says
/// @param id a ULID in lower case, without the `conv_` of the wire
public record ConversationKey(String tenant, String id) {}
