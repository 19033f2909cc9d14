package dev.turnpike.json;

/// The bytes are not JSON. Its message quotes none of them.
public final class MalformedJsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedJsonException(String message) {
        super(message);
    }
}
