/// What a stream showed, kept so that it can be shown again: who stores it, and who reads and follows it.
@NullMarked
package dev.turnpike.replay;

import org.jspecify.annotations.NullMarked;
