package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;

/// What the Runtime API says to an environment's answer.
enum Verdict {
    ACCEPTED(202, "Accepted", ""),
    WRONG_MODE(400, "Bad Request", "Runtime.InvalidResponseModeHeader"),
    UNKNOWN_INVOCATION(400, "Bad Request", "InvalidRequestID"),
    /// Such as an error after the response, a second response, or asking for more before the last one is answered.
    WRONG_STATE(403, "Forbidden", "InvalidStateTransition"),
    NO_SUCH_PATH(404, "Not Found", "UnknownPath"),
    /// The answer to an invocation that was given up.
    STALE(410, "Gone", "StaleInvocation"),
    TOO_LARGE(413, "Payload Too Large", "Function.ResponseSizeTooLarge");

    private final int status;
    private final String reason;
    private final String errorType;

    Verdict(int status, String reason, String errorType) {
        this.status = status;
        this.reason = reason;
        this.errorType = errorType;
    }

    String statusLine() {
        return status + " " + reason;
    }

    byte[] body() {
        String body = errorType.isEmpty() ? "{\"status\":\"OK\"}" : "{\"errorType\":\"" + errorType + "\"}";
        return body.getBytes(UTF_8);
    }
}
