/// The engine: takes a run's steps one after the other until it ends, and finds whatever was forgotten.
@NullMarked
package dev.turnpike.engine;

import org.jspecify.annotations.NullMarked;
