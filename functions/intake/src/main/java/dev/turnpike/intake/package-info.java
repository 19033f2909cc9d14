/// The function behind the requests queue.
@NullMarked
package dev.turnpike.intake;

import org.jspecify.annotations.NullMarked;
