/// The sandbox on this machine: processes that see neither its files nor its network nor its other processes.
@NullMarked
package dev.turnpike.enclosure;

import org.jspecify.annotations.NullMarked;
