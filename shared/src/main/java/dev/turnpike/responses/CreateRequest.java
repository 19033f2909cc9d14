package dev.turnpike.responses;

import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunRequest;
import java.util.List;

/// A validated request to create a response.
///
/// @param input without ids
public record CreateRequest(RunRequest request, List<Item> input, History history, boolean stream) {}
