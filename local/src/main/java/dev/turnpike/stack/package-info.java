/// The local stack as a whole: everything started in order, the functions with it, and the command that does so.
@NullMarked
package dev.turnpike.stack;

import org.jspecify.annotations.NullMarked;
