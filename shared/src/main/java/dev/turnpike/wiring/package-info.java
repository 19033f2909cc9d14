/// Settings from the environment, and one factory for each function.
@NullMarked
package dev.turnpike.wiring;

import org.jspecify.annotations.NullMarked;
