package dev.turnpike.sandbox;

/// @param path relative, with `/` between its parts
/// @param content is not copied: nobody changes it
/// @param executable whether its owner may run it
@SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
public record SandboxFile(String path, byte[] content, boolean executable) {}
