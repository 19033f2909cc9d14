/// What calls functions without being asked by a client: queues and the clock.
@NullMarked
package dev.turnpike.trigger;

import org.jspecify.annotations.NullMarked;
