/// The model client: Chat Completions as a stream, whatever shape the provider gives it.
@NullMarked
package dev.turnpike.model;

import org.jspecify.annotations.NullMarked;
