package dev.turnpike.lambda;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An invocation as `/next` hands it out.
///
/// @param invocationId echoed on the answer where Lambda sends it, so that it can tell an answer to an attempt
///     that it has given up from the answer to the current one
@SuppressWarnings("ArrayRecordComponent") // Handed straight to the handler, never compared.
record NextInvocation(
        String requestId,
        @Nullable String invocationId,
        Instant deadline,
        String functionArn,
        @Nullable String traceId,
        @Nullable String tenantId,
        byte[] event) {

    /// @throws java.net.ProtocolException if the request id or the deadline is missing
    static NextInvocation from(HttpAnswer answer) throws java.net.ProtocolException {
        return new NextInvocation(
                answer.require("Lambda-Runtime-Aws-Request-Id"),
                answer.header("Lambda-Runtime-Invocation-Id"),
                Instant.ofEpochMilli(Long.parseLong(answer.require("Lambda-Runtime-Deadline-Ms"))),
                answer.header("Lambda-Runtime-Invoked-Function-Arn", ""),
                answer.header("Lambda-Runtime-Trace-Id"),
                answer.header("Lambda-Runtime-Aws-Tenant-Id"),
                answer.body());
    }
}
