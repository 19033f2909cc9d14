/// The step protocol as a small model, and a look at everything that it can do.
@NullMarked
package dev.turnpike.proof;

import org.jspecify.annotations.NullMarked;
