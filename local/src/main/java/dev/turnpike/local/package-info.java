/// The local stack: the same program as in AWS, only the endpoints differ.
@NullMarked
package dev.turnpike.local;

import org.jspecify.annotations.NullMarked;
