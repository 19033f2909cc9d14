/// One call of a tool: whether it is made, that it is made once, and what is kept of it.
@NullMarked
package dev.turnpike.calls;

import org.jspecify.annotations.NullMarked;
