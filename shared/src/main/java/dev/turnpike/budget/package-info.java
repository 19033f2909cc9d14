/// Caps on what may be used, and the accounts that keep them: what a call may cost is held before it is made.
@NullMarked
package dev.turnpike.budget;

import org.jspecify.annotations.NullMarked;
