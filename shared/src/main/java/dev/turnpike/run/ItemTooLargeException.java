package dev.turnpike.run;

/// Something is too large to be stored, even compressed: an item, or all that a step or a request wants to write at
/// once.
/// Trying again does not help.
public final class ItemTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ItemTooLargeException(String what, Throwable cause) {
        super(what, cause);
    }

    public ItemTooLargeException(long bytes) {
        super("an item of " + bytes + " bytes is too large to be stored");
    }
}
