/// The function behind the steps queue.
@NullMarked
package dev.turnpike.worker;

import org.jspecify.annotations.NullMarked;
