/// Fetches what URLs of callers and models lead to, and lets none of them lead anywhere but to the public internet.
@NullMarked
package dev.turnpike.egress;

import org.jspecify.annotations.NullMarked;
