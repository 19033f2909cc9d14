package dev.turnpike.lambda;

/// A streamed response about to begin.
///
/// @param head the request's first line and headers, not sent yet
@SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
record StreamedPost(HttpConnection connection, byte[] head) {}
