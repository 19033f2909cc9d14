/// The wire, row by row, over real HTTP.
@NullMarked
package dev.turnpike.conformance;

import org.jspecify.annotations.NullMarked;
