/// Lets requests in: where a run belongs, whether its input fits there, what a person has allowed.
@NullMarked
package dev.turnpike.admission;

import org.jspecify.annotations.NullMarked;
