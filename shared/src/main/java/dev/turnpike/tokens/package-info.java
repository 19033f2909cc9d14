/// Counting tokens, and the record of what a call used.
@NullMarked
package dev.turnpike.tokens;

import org.jspecify.annotations.NullMarked;
