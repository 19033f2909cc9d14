/// The tools that come with Turnpike and need nothing but a clock and the conversation's notes.
@NullMarked
package dev.turnpike.builtin;

import org.jspecify.annotations.NullMarked;
