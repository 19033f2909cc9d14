package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunRequest;
import java.util.List;

/// A validated request for a chat completion.
///
/// @param input its messages, without ids
/// @param includeUsage whether a stream tells, in a last chunk, what was used
public record CompletionRequest(RunRequest request, List<Item> input, boolean stream, boolean includeUsage) {}
