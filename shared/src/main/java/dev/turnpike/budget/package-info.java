/// Caps on what may be used, and the accounts that keep them: what a call may cost at most is held before it is made,
/// and settled by what it cost.
@NullMarked
package dev.turnpike.budget;

import org.jspecify.annotations.NullMarked;
