package dev.turnpike.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one chunk of a Chat Completions stream says, whatever form the provider gave it.
///
/// @param text empty for none, as are `refusal` and `reasoning`
/// @param finishReason in the provider's words; empty for none
/// @param usage of the whole answer up to here, not of this chunk
/// @param serviceTier how the provider serves the request, in its words; empty for none
/// @param failed the chunk reports an error of the provider
record Chunk(
        String text,
        String refusal,
        String reasoning,
        List<CallPiece> calls,
        String finishReason,
        @Nullable ReportedUsage usage,
        String serviceTier,
        boolean failed) {

    static final int NO_INDEX = -1;

    /// A piece of a tool call.
    ///
    /// @param index the call's place as the provider counts it, or `NO_INDEX`
    /// @param id empty for none, as are `name` and `arguments`
    record CallPiece(int index, String id, String name, String arguments) {
        static final CallPiece EMPTY = new CallPiece(NO_INDEX, "", "", "");

        CallPiece at(int newIndex, String newId) {
            return new CallPiece(newIndex, newId, name, arguments);
        }

        boolean isEmpty() {
            return id.isEmpty() && name.isEmpty() && arguments.isEmpty();
        }
    }
}
