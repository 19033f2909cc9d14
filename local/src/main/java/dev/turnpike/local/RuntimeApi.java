package dev.turnpike.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lambda's Runtime API on the loopback interface: what a runtime loop polls, with the states and refusals of the
/// real one.
///
/// It serves any number of environments at once. Each is a loop of its own, in a thread of this process or in
/// another one; all it knows of them is the address. An invocation goes to the environment that has been idle
/// longest, or waits for one.
///
/// An environment counts as dead when the connection closes on which it fetched its invocation, unless it had
/// announced that with `Connection: close`: loops keep that connection open.
public final class RuntimeApi implements AutoCloseable {
    private static final String ROOT = "/2018-06-01/runtime";

    private final ServerSocket server;
    private final Consumer<String> calls;
    private final RestoreGate restores = new RestoreGate();
    private final InvocationQueue queue = new InvocationQueue();
    private final Map<String, Invocation> invocations = new ConcurrentHashMap<>();
    private final Set<RuntimeConnection> connections = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timeouts = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("timeouts").factory());
    private volatile @Nullable String startError;

    private RuntimeApi(ServerSocket server, Consumer<String> calls) {
        this.server = server;
        this.calls = calls;
        timeouts.setRemoveOnCancelPolicy(true);
    }

    /// Starts one on a free port of 127.0.0.1.
    public static RuntimeApi start() throws IOException {
        return start(_ -> {});
    }

    /// @param calls is told of every request as it arrives, as `GET /invocation/next`
    static RuntimeApi start(Consumer<String> calls) throws IOException {
        var server = new ServerSocket(0, 1_024, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        var api = new RuntimeApi(server, calls);
        Thread.ofVirtual().name("runtime-api").start(api::accept);
        return api;
    }

    /// `127.0.0.1:port`, the value of `AWS_LAMBDA_RUNTIME_API`.
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /// Hands the event to the next idle environment, now or as soon as there is one. Returns at once.
    ///
    /// @param timeout from now on, waiting included; when it is over the invocation ends with `Sandbox.Timedout`
    public Invocation invoke(byte[] event, Duration timeout) {
        if (server.isClosed()) {
            throw new IllegalStateException("The Runtime API is closed");
        }
        var invocation = new Invocation(event, Instant.now().plus(timeout));
        invocations.put(invocation.requestId(), invocation);
        var timer = timeouts.schedule(() -> timeOut(invocation, timeout), timeout.toMillis(), TimeUnit.MILLISECONDS);
        invocation.whenEnded(() -> timer.cancel(false));
        queue.offer(invocation);
        return invocation;
    }

    /// How many loops now wait in `/invocation/next`.
    public int idleEnvironments() {
        return queue.idleEnvironments();
    }

    /// How many invocations no environment has taken yet.
    public int waitingInvocations() {
        return queue.waitingInvocations();
    }

    /// What an environment last reported to `/init/error` or `/restore/error`. The invocation that waits longest
    /// ends with it too, if one waits.
    public Optional<String> startError() {
        return Optional.ofNullable(startError);
    }

    /// Keeps environments in `/restore/next` until they are released; otherwise they are restored at once.
    void holdRestores() {
        restores.hold();
    }

    void releaseRestores() {
        restores.release();
    }

    /// Ends the invocation for its caller. Whatever the function still answers to it is stale.
    void giveUp(Invocation invocation, String error) {
        invocation.fail(error);
        if (queue.remove(invocation)) {
            invocations.remove(invocation.requestId());
        }
    }

    private void timeOut(Invocation invocation, Duration timeout) {
        giveUp(invocation, "Sandbox.Timedout: no answer within " + timeout.toMillis() + " ms");
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().name("runtime-api-connection").start(() -> serve(socket));
            } catch (IOException _) {
                // Closed while waiting, which ends the loop; or this one connection is lost.
            }
        }
    }

    private void serve(Socket socket) {
        try (var connection = new RuntimeConnection(socket)) {
            connections.add(connection);
            if (server.isClosed()) {
                return;
            }
            serve(connection);
        } catch (IOException _) {
            // The other side is gone: whatever it owed is settled where it was owed.
        }
    }

    private void serve(RuntimeConnection connection) throws IOException {
        try {
            for (var request = connection.read(); request != null; request = connection.read()) {
                calls.accept(request.method() + " " + path(request));
                route(connection, request);
            }
        } finally {
            connections.remove(connection);
            connection.close();
            queue.remove(connection);
            restores.remove(connection);
            Invocation unanswered = connection.release();
            if (unanswered != null) {
                invocations.remove(unanswered.requestId());
                unanswered.failUnlessResponding("Runtime.ExitError: the environment ended before it answered");
            }
        }
    }

    private static String path(RuntimeRequest request) {
        return request.path().startsWith(ROOT) ? request.path().substring(ROOT.length()) : request.path();
    }

    private void route(RuntimeConnection connection, RuntimeRequest request) throws IOException {
        switch (request.method() + " " + path(request)) {
            case "GET /invocation/next" -> poll(connection);
            case "GET /restore/next" -> restores.await(connection);
            case "POST /init/error", "POST /restore/error" -> connection.answer(startFailed(request));
            default -> {
                Verdict verdict = receiveAnswer(request);
                request.skipRest();
                connection.answer(verdict);
            }
        }
    }

    private Verdict receiveAnswer(RuntimeRequest request) throws IOException {
        String[] path = path(request).split("/", -1); // "", "invocation", request id, "response" or "error"
        if (path.length != 4
                || !path[1].equals("invocation")
                || !request.method().equals("POST")) {
            return Verdict.NO_SUCH_PATH;
        }
        Invocation invocation = invocations.get(path[2]);
        if (invocation == null) {
            return Verdict.UNKNOWN_INVOCATION;
        }
        return switch (path[3]) {
            case "response" -> Answers.response(invocation, request);
            case "error" -> Answers.error(invocation, request);
            default -> Verdict.NO_SUCH_PATH;
        };
    }

    /// The next invocation, when there is one, is written to this connection by whoever brings it. Meanwhile this
    /// thread goes back to reading, where it learns at once when the environment dies.
    private void poll(RuntimeConnection connection) throws IOException {
        Invocation previous = connection.release();
        if (previous != null && !previous.ended()) {
            connection.hold(previous);
            connection.answer(Verdict.WRONG_STATE);
            return;
        }
        if (previous != null) {
            invocations.remove(previous.requestId());
        }
        queue.poll(connection);
    }

    private Verdict startFailed(RuntimeRequest request) throws IOException {
        String error = ReportedError.read(request);
        startError = error;
        Invocation waiting = queue.longestWaiting();
        if (waiting != null) {
            giveUp(waiting, error);
        }
        return Verdict.ACCEPTED;
    }

    /// Ends every connection; environments find the Runtime API gone, callers an error.
    @Override
    public void close() throws IOException {
        server.close();
        connections.forEach(RuntimeConnection::close);
        timeouts.shutdownNow();
        invocations.values().forEach(open -> open.fail("ServiceException: the Runtime API is closed"));
    }
}
