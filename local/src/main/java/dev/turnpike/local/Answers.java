package dev.turnpike.local;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Takes what an environment answers to its invocation, and judges it as Lambda does.
final class Answers {
    /// What a buffered answer may hold, as in AWS.
    static final int BUFFERED_LIMIT_BYTES = 6 * 1024 * 1024 + 100;

    private Answers() {}

    /// `POST .../response`
    static Verdict response(Invocation invocation, RuntimeRequest request) throws IOException {
        if (invocation.isStale(invocationId(request))) {
            return Verdict.STALE;
        }
        String mode = request.header("Lambda-Runtime-Function-Response-Mode");
        boolean streaming = "streaming".equals(mode);
        if (mode != null && !streaming) {
            invocation.fail("Runtime.InvalidResponseModeHeader: " + mode);
            return Verdict.WRONG_MODE;
        }
        if (!invocation.beginResponse(streaming)) {
            return Verdict.WRONG_STATE;
        }
        return streaming ? receiveStream(invocation, request) : receiveBuffered(invocation, request);
    }

    /// `POST .../error`
    static Verdict error(Invocation invocation, RuntimeRequest request) throws IOException {
        if (invocation.isStale(invocationId(request))) {
            return Verdict.STALE;
        }
        if (!invocation.beginResponse(false)) {
            return Verdict.WRONG_STATE;
        }
        invocation.fail(ReportedError.read(request));
        return Verdict.ACCEPTED;
    }

    private static @Nullable String invocationId(RuntimeRequest request) {
        return request.header("Lambda-Runtime-Invocation-Id");
    }

    private static Verdict receiveStream(Invocation invocation, RuntimeRequest request) throws IOException {
        try {
            for (byte[] piece = request.nextPiece(); piece != null; piece = request.nextPiece()) {
                invocation.append(piece);
            }
        } catch (IOException brokenOff) {
            invocation.fail("Runtime.TruncatedResponse: the stream ended without its last chunk");
            throw brokenOff;
        }
        if (invocation.ended()) {
            return Verdict.STALE; // Given up on the way.
        }
        String error = ReportedError.inTrailers(request);
        if (error == null) {
            invocation.succeed();
        } else {
            invocation.fail(error);
        }
        return Verdict.ACCEPTED;
    }

    private static Verdict receiveBuffered(Invocation invocation, RuntimeRequest request) throws IOException {
        byte[] body;
        try {
            body = request.body();
        } catch (IOException brokenOff) {
            invocation.fail("Runtime.ExitError: the environment ended while it answered");
            throw brokenOff;
        }
        if (invocation.ended()) {
            return Verdict.STALE; // Given up on the way.
        }
        if (body.length > BUFFERED_LIMIT_BYTES) {
            invocation.fail("Function.ResponseSizeTooLarge: " + body.length + " bytes");
            return Verdict.TOO_LARGE;
        }
        invocation.append(body);
        invocation.succeed();
        return Verdict.ACCEPTED;
    }
}
