package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The requests of the Lambda Runtime API, one method each.
///
/// They share a connection that is kept open, and opened again when it breaks; a streamed response has its own.
/// Not for use by several threads.
final class RuntimeClient implements Closeable {
    private static final String ROOT = "/2018-06-01/runtime";
    private static final byte[] NO_BODY = new byte[0];

    private final String host;
    private final InetSocketAddress address;
    private @Nullable HttpConnection kept;

    /// @param hostAndPort as in `AWS_LAMBDA_RUNTIME_API`
    RuntimeClient(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("The Runtime API's address is not host:port: " + hostAndPort);
        }
        this.host = hostAndPort;
        this.address = new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    /// Waits, for as long as it takes, for an invocation.
    NextInvocation next() throws IOException {
        HttpAnswer answer = exchange(head("GET", "/invocation/next").append("\r\n"), NO_BODY);
        if (!answer.isSuccess()) {
            throw new ProtocolException("No next invocation: " + answer.status() + " " + answer.text());
        }
        return NextInvocation.from(answer);
    }

    /// Waits until this process has been snapshotted and restored.
    void restoreNext() throws IOException {
        HttpAnswer answer = exchange(head("GET", "/restore/next").append("\r\n"), NO_BODY);
        // This connection was part of the snapshot; the copy of it in this environment is best not relied on.
        close();
        if (!answer.isSuccess()) {
            throw new ProtocolException("Not restored: " + answer.status() + " " + answer.text());
        }
    }

    HttpAnswer postResponse(NextInvocation invocation, byte[] body) throws IOException {
        StringBuilder head = invocationHead(invocation, "/response");
        head.append("Content-Type: application/json\r\n");
        return exchange(withLength(head, body), body);
    }

    /// Legal only while no response has begun.
    HttpAnswer postError(NextInvocation invocation, FailureReport report) throws IOException {
        return postReport(invocationHead(invocation, "/error"), FailureReport.HANDLER_FAILED, report);
    }

    void startFailed(StartFailure.Phase phase, FailureReport report) throws IOException {
        HttpAnswer answer = postReport(head("POST", phase.path()), phase.errorType(), report);
        if (!answer.isSuccess()) {
            throw new ProtocolException("Refused: " + answer.status() + " " + answer.text());
        }
    }

    private HttpAnswer postReport(StringBuilder head, String errorType, FailureReport report) throws IOException {
        byte[] body = report.toJson();
        head.append("Content-Type: application/vnd.aws.lambda.error+json\r\n");
        head.append(FailureReport.TYPE_HEADER).append(": ").append(errorType).append("\r\n");
        return exchange(withLength(head, body), body);
    }

    /// Begins a streamed response on a connection of its own. The head is not sent yet: it leaves in one piece
    /// with the first bytes of the body.
    StreamedPost beginResponse(NextInvocation invocation) throws IOException {
        StringBuilder head = invocationHead(invocation, "/response")
                .append("Content-Type: application/vnd.awslambda.http-integration-response\r\n")
                .append("Lambda-Runtime-Function-Response-Mode: streaming\r\n")
                .append("Transfer-Encoding: chunked\r\n")
                .append("Trailer: ")
                .append(FailureReport.TYPE_HEADER)
                .append(", ")
                .append(FailureReport.BODY_HEADER)
                .append("\r\n\r\n");
        return new StreamedPost(HttpConnection.open(address), bytes(head));
    }

    private StringBuilder invocationHead(NextInvocation invocation, String answer) {
        StringBuilder head = head("POST", "/invocation/" + invocation.requestId() + answer);
        if (invocation.invocationId() != null) {
            head.append("Lambda-Runtime-Invocation-Id: ")
                    .append(invocation.invocationId())
                    .append("\r\n");
        }
        return head;
    }

    private StringBuilder head(String method, String path) {
        return new StringBuilder(512)
                .append(method)
                .append(' ')
                .append(ROOT)
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\nUser-Agent: turnpike\r\n");
    }

    private static StringBuilder withLength(StringBuilder head, byte[] body) {
        return head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    }

    /// A connection that was kept may have been closed from the other side, which shows only when it is used:
    /// then the request goes out once more, on a new one. If the first had arrived after all, the Runtime API
    /// refuses the second by its state; nothing is done twice.
    private HttpAnswer exchange(StringBuilder head, byte[] body) throws IOException {
        byte[] request = join(bytes(head), body);
        HttpConnection used = kept;
        if (used != null) {
            try {
                return exchange(used, request);
            } catch (IOException _) {
                close();
            }
        }
        HttpConnection fresh = HttpConnection.open(address);
        kept = fresh;
        return exchange(fresh, request);
    }

    private HttpAnswer exchange(HttpConnection connection, byte[] request) throws IOException {
        connection.send(request, 0, request.length);
        HttpAnswer answer = connection.receive();
        if (answer.closesConnection()) {
            close();
        }
        return answer;
    }

    private static byte[] bytes(StringBuilder head) {
        return head.toString().getBytes(ISO_8859_1);
    }

    private static byte[] join(byte[] head, byte[] body) {
        byte[] joined = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, joined, head.length, body.length);
        return joined;
    }

    @Override
    public void close() {
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }
}
