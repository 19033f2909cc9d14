/// Tools that run elsewhere: in other Lambda functions, behind HTTP endpoints, on servers that speak the Model
/// Context Protocol; and how an operator defines them.
@NullMarked
package dev.turnpike.remote;

import org.jspecify.annotations.NullMarked;
