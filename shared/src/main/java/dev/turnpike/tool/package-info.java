/// Tools that run on the server: what they are called, what they accept, what repeating them does.
@NullMarked
package dev.turnpike.tool;

import org.jspecify.annotations.NullMarked;
