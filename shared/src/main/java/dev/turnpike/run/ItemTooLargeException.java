package dev.turnpike.run;

/// An item is too large to be stored, even compressed.
public final class ItemTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ItemTooLargeException(long bytes) {
        super("an item of " + bytes + " bytes is too large to be stored");
    }
}
