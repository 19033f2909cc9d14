/// JSON Schema: whether a schema can be used, whether JSON fits it, and what a run's answer must be.
@NullMarked
package dev.turnpike.schema;

import org.jspecify.annotations.NullMarked;
