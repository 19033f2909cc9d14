/// Changes of text files, written down: unified diffs, as Git makes them, and the envelopes that models write.
@NullMarked
package dev.turnpike.patch;

import org.jspecify.annotations.NullMarked;
