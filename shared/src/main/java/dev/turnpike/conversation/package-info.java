/// Conversations: durable, ordered lists of items, and the window of them that a model is shown.
@NullMarked
package dev.turnpike.conversation;

import org.jspecify.annotations.NullMarked;
