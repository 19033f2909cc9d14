/// OpenAI's Chat Completions on the wire: requests read into items and a run's request, runs shown as one object or as
/// chunks. What it shares with the Responses API it takes from there.
@NullMarked
package dev.turnpike.completions;

import org.jspecify.annotations.NullMarked;
