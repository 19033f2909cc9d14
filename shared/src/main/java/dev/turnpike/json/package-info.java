/// JSON as model providers send it, read as bytes.
@NullMarked
package dev.turnpike.json;

import org.jspecify.annotations.NullMarked;
