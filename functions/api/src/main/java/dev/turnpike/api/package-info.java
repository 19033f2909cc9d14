/// The function behind the HTTPS endpoint.
@NullMarked
package dev.turnpike.api;

import org.jspecify.annotations.NullMarked;
