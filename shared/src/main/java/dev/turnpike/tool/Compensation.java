package dev.turnpike.tool;

/// The call that undoes another call.
///
/// @param tool its name
/// @param arguments JSON text, as that tool's schema wants it
public record Compensation(String tool, String arguments) {}
