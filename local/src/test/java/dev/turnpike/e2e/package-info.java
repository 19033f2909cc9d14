/// The product from end to end: real handlers, runtime loop, table, queues and clients, and a model that is scripted.
@NullMarked
package dev.turnpike.e2e;

import org.jspecify.annotations.NullMarked;
