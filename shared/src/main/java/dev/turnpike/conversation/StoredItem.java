package dev.turnpike.conversation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An item in its place.
///
/// @param seq position in the conversation: 0, 1, 2, … without a gap
/// @param run the run that wrote it; null for an item that was added without one
/// @param step the step of that run; 0 for its input
public record StoredItem(long seq, @Nullable String run, int step, Instant createdAt, Item item) {}
