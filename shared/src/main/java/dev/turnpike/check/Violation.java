package dev.turnpike.check;

import dev.turnpike.conversation.ConversationKey;

/// Something stored that must not be.
///
/// @param invariant its number, as in the package's list; [#UNREADABLE] for a row that can't be understood
/// @param row which row of the conversation, in words
/// @param found what is there; the same words for the same rows
public record Violation(int invariant, ConversationKey conversation, String row, String found) {
    public static final int UNREADABLE = 0;

    @Override
    public String toString() {
        String name = invariant == UNREADABLE ? "unreadable" : "I" + invariant;
        return "%s  %s/conv_%s  %s: %s".formatted(name, conversation.tenant(), conversation.id(), row, found);
    }
}
