/// Server-sent events, read and written as bytes.
@NullMarked
package dev.turnpike.sse;

import org.jspecify.annotations.NullMarked;
