/// Commands that run apart from everything of ours, on a copy of a conversation's files: what is sent there, what comes
/// back, and the tools that ask for it.
@NullMarked
package dev.turnpike.sandbox;

import org.jspecify.annotations.NullMarked;
