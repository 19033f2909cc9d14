/// Runs: the loop, its steps, and the protocol that lets a step survive anything.
@NullMarked
package dev.turnpike.run;

import org.jspecify.annotations.NullMarked;
