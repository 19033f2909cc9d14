/// The front door: what API Gateway does with a request before and after the function that answers it.
@NullMarked
package dev.turnpike.gateway;

import org.jspecify.annotations.NullMarked;
