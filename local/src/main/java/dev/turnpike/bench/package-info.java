/// What the relay costs, beside a relay that does nothing: started by one command, deployed never.
@NullMarked
package dev.turnpike.bench;

import org.jspecify.annotations.NullMarked;
