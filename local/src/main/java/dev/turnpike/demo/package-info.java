/// The demo model: an OpenAI-compatible server with scripted answers, for those who have no provider key at hand.
@NullMarked
package dev.turnpike.demo;

import org.jspecify.annotations.NullMarked;
