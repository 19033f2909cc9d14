/// Answers that are kept and given again to whoever asks the same, and the one call for all who ask it at once.
@NullMarked
package dev.turnpike.cache;

import org.jspecify.annotations.NullMarked;
