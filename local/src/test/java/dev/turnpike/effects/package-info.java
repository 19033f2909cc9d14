/// Tools with an effect on the world, and the world, which counts. The tools come to the functions in a jar.
@NullMarked
package dev.turnpike.effects;

import org.jspecify.annotations.NullMarked;
