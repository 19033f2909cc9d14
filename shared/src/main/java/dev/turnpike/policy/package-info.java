/// What stands between a model and a tool: which calls are made, which a person is asked about, which are refused.
@NullMarked
package dev.turnpike.policy;

import org.jspecify.annotations.NullMarked;
