package dev.turnpike.admission;

import dev.turnpike.budget.ConcurrentRuns;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.Run;
import java.util.List;

/// What becomes of a request for a run.
public sealed interface Admission {
    /// @param input as stored, with ids
    record Admitted(Run run, List<Item> input) implements Admission {}

    /// The same `Idempotency-Key` has created this run before.
    record Repeated(Run run) implements Admission {}

    record KeyReused() implements Admission {}

    record PreviousResponseNotFound(String id) implements Admission {}

    record ConversationNotFound(String id) implements Admission {}

    /// Another run is at work in the conversation.
    record ConversationLocked(String id) implements Admission {}

    /// The previous run asked for this call and the input does not answer it.
    record NoToolOutput(String callId) implements Admission {}

    record NoToolCall(String callId) implements Admission {}

    /// The input answers a request for approval that was never made here.
    record NoApprovalRequest(String id) implements Admission {}

    /// It was made too long ago.
    record ApprovalExpired(String id) implements Admission {}

    record TooManyItems(int most) implements Admission {}

    /// There are as many unfinished runs as there may be.
    record TooManyRuns(ConcurrentRuns.Full full) implements Admission {}

    /// There is a cap on money, and nobody knows what the model costs.
    record ModelUnpriced(String model) implements Admission {}

    /// An image or a video of the input can't be had, or must not be fetched.
    record MediaRefused(LinkedMedia.Filling.Refused refusal) implements Admission {}

    /// The store does not take one of the items, whatever is done to it.
    record ItemTooLarge() implements Admission {}
}
