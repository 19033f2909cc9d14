package dev.turnpike.egress;

/// What a URL leads to was not fetched. The message is the end of a sentence and may be shown to whoever gave
/// the URL: it names no address, and does not tell a closed one from a host that does not answer.
public final class EgressException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final boolean asked;

    public enum Reason {
        /// The URL, or one that it redirects to, is not one that is fetched, whatever it leads to.
        URL,
        /// The host is not known, leads to an address that is closed, does not answer, or is not who it says.
        UNREACHABLE,
        /// Another status than 200.
        STATUS,
        REDIRECTS,
        TOO_LARGE,
        TIMEOUT,
        /// No HTTP, cut off, or compressed.
        UNREADABLE
    }

    EgressException(Reason reason, String message) {
        this(reason, message, false);
    }

    private EgressException(Reason reason, String message, boolean asked) {
        super(message);
        this.reason = reason;
        this.asked = asked;
    }

    static EgressException unreachable() {
        return new EgressException(
                Reason.UNREACHABLE,
                "its host could not be reached: it must be public, and answer over https with a certificate for its"
                        + " name");
    }

    static EgressException unreadable() {
        return new EgressException(Reason.UNREADABLE, "its server broke off, or did not answer in plain HTTP/1.1");
    }

    public Reason reason() {
        return reason;
    }

    /// Whether the server may have got the question, and done what it asks for.
    public boolean asked() {
        return asked;
    }

    EgressException afterAsking() {
        return new EgressException(reason, String.valueOf(getMessage()), true);
    }
}
