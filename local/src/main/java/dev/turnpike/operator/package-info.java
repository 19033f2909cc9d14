/// Commands for whoever operates a deployment. They run from the checkout, with the operator's AWS credentials.
@NullMarked
package dev.turnpike.operator;

import org.jspecify.annotations.NullMarked;
