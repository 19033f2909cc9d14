package dev.turnpike.run;

/// Something is too large to be stored: an item, or all that a step or a request wants to write at once. Trying again
/// does not help.
///
/// An item may have [#MOST_ITEM_BYTES]. Compressed, it and all that is committed with it may have [#MOST_PACKED_BYTES]
/// together, which is one transaction of the table; the input that begins a conversation may have more.
public final class ItemTooLargeException extends RuntimeException {
    /// Of one item as JSON, 8 MiB: as much as a request may have, and what is read back at one time.
    public static final int MOST_ITEM_BYTES = 8 * 1024 * 1024;

    /// Of the 4 MB of a transaction, 3.5 MiB: the rest is for the run and for keys.
    public static final int MOST_PACKED_BYTES = 3_584 * 1024;

    private static final long serialVersionUID = 1L;

    public ItemTooLargeException(String what, Throwable cause) {
        super(what, cause);
    }

    private ItemTooLargeException(String what) {
        super(what);
    }

    /// @param bytes of its JSON
    public static ItemTooLargeException item(int bytes) {
        return new ItemTooLargeException("an item of " + bytes + " bytes is too large to be stored");
    }

    public static ItemTooLargeException together(int items) {
        return new ItemTooLargeException(items + " items are together too large to be stored at once");
    }
}
