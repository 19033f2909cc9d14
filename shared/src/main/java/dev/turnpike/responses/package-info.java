/// OpenAI's Responses API on the wire: requests parsed and validated, objects rendered, events written.
@NullMarked
package dev.turnpike.responses;

import org.jspecify.annotations.NullMarked;
