package dev.turnpike.conformance;

import java.util.function.Consumer;

/// One case of a row that takes more than one look at one answer.
///
/// @param subject the row of the contract
/// @param says what the case shows of it
/// @param check fails unless it does
record Scenario(String subject, String says, Consumer<Wire> check) {}
