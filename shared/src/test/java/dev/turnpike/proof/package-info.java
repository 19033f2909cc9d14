/// That a run survives anything: the step protocol as a small model and a look at everything that it can do; the engine
/// itself under every single fault, and in histories with many.
@NullMarked
package dev.turnpike.proof;

import org.jspecify.annotations.NullMarked;
