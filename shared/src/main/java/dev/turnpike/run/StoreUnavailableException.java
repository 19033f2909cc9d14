package dev.turnpike.run;

/// The table or queue did not answer in time. Whatever was being written may or may not have been; doing it again is
/// safe.
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String what, Throwable cause) {
        super(what, cause);
    }
}
