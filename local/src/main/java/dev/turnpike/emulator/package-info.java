/// AWS's services on this machine: emulators that run in this JVM, what a stack keeps in them, and the clients for
/// both.
@NullMarked
package dev.turnpike.emulator;

import org.jspecify.annotations.NullMarked;
