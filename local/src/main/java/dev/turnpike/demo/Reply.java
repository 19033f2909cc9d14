package dev.turnpike.demo;

import java.util.List;

/// What the model answers: words, or tools that it wants called.
sealed interface Reply {

    record Text(String text) implements Reply {}

    record Calls(List<Call> calls) implements Reply {}

    /// @param arguments a JSON object
    record Call(String name, String arguments) {}
}
