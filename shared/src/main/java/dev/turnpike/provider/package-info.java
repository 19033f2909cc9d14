/// Which provider is asked for a model, and what is done when it fails: trying again, sparing it, asking another.
@NullMarked
package dev.turnpike.provider;

import org.jspecify.annotations.NullMarked;
