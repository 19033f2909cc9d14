/// The function behind the clock.
@NullMarked
package dev.turnpike.reaper;

import org.jspecify.annotations.NullMarked;
