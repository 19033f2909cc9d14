/// The Lambda Runtime API, spoken directly so that a Java function can stream.
@NullMarked
package dev.turnpike.lambda;

import org.jspecify.annotations.NullMarked;
