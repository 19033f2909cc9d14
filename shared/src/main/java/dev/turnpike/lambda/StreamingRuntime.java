package dev.turnpike.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;

/// The loop of a Lambda environment: fetch an invocation, run the handler, answer, again.
///
/// It takes the place of AWS's runtime interface client, which buffers a Java function's whole output. Here the
/// handler decides by what it does with its output stream:
///
/// - **It flushes**: the answer is *streamed*. The first flush begins it, with all that was written until then in
///   one piece; every later flush leaves at once as one chunk.
/// - **It never flushes**: the answer is *buffered*, and posted in one piece after the handler has returned. Mind
///   that closing many a wrapper (`BufferedOutputStream`, a JSON generator) flushes what it wraps.
///
/// A handler that throws fails its invocation, not the environment: before the answer began the failure is
/// reported in its place, afterwards it ends the stream. Only after a [VirtualMachineError] does the loop end
/// too, for what is left of the process then is anybody's guess; Lambda starts a new one.
public final class StreamingRuntime {
    /// What `run` returns when the process should end; it never returns for a better reason.
    public static final int EXIT_FAILURE = 1;

    private final RuntimeEnvironment environment;
    private final RuntimeClient api;
    private final InstantSource clock;
    private final JsonLog log;

    private StreamingRuntime(RuntimeEnvironment environment, RuntimeClient api, InstantSource clock) {
        this.environment = environment;
        this.api = api;
        this.clock = clock;
        this.log = JsonLog.toStandardOutput(clock);
    }

    /// Runs the loop on the calling thread, on the system's clock, until the Runtime API is gone.
    ///
    /// @param handlers makes the one handler of this environment; called here, so that what it throws is reported
    ///     as a failed initialisation. If the handler implements [SnapshotHooks] they are called around a
    ///     snapshot
    /// @return the status to exit the process with
    public static int run(Callable<? extends RequestStreamHandler> handlers, RuntimeEnvironment environment) {
        return run(handlers, environment, InstantSource.system());
    }

    /// The same, on a clock that counts each invocation's remaining time.
    public static int run(
            Callable<? extends RequestStreamHandler> handlers, RuntimeEnvironment environment, InstantSource clock) {
        try (var api = new RuntimeClient(environment.runtimeApi())) {
            return new StreamingRuntime(environment, api, clock).run(handlers);
        }
    }

    private int run(Callable<? extends RequestStreamHandler> handlers) {
        try {
            RequestStreamHandler handler = initialise(handlers);
            if (environment.snapStart()) {
                passThroughSnapshot(handler);
            }
            while (serveNext(handler)) {
                // All of it happens in the condition.
            }
        } catch (StartFailure failure) {
            report(failure);
        } catch (IOException gone) {
            log.log("The Runtime API is gone: " + gone, LogLevel.WARN);
        }
        return EXIT_FAILURE;
    }

    private static RequestStreamHandler initialise(Callable<? extends RequestStreamHandler> handlers)
            throws StartFailure {
        try {
            return handlers.call();
        } catch (Throwable failure) {
            throw new StartFailure(StartFailure.Phase.INIT, failure);
        }
    }

    /// Lambda takes its snapshot while `restoreNext` waits: what follows runs once in every environment made from
    /// it.
    private void passThroughSnapshot(RequestStreamHandler handler) throws StartFailure, IOException {
        if (handler instanceof SnapshotHooks hooks) {
            runHook(hooks::beforeCheckpoint, StartFailure.Phase.BEFORE_CHECKPOINT);
            api.restoreNext();
            runHook(hooks::afterRestore, StartFailure.Phase.AFTER_RESTORE);
        } else {
            api.restoreNext();
        }
    }

    private static void runHook(Hook hook, StartFailure.Phase phase) throws StartFailure {
        try {
            hook.run();
        } catch (Throwable failure) {
            throw new StartFailure(phase, failure);
        }
    }

    private void report(StartFailure failure) {
        FailureReport report = FailureReport.of(failure.reason());
        log.failure("The function could not start", report);
        try {
            api.startFailed(failure.phase(), report);
        } catch (IOException unreported) {
            log.log("The failed start could not be reported: " + unreported, LogLevel.ERROR);
        }
    }

    /// @return whether the environment is fit for another invocation
    /// @throws IOException if there is no Runtime API to ask
    private boolean serveNext(RequestStreamHandler handler) throws IOException {
        NextInvocation invocation = api.next();
        JsonLog invocationLog = log.forRequest(invocation.requestId());
        publishTrace(invocation);
        var output = new ResponseStream(() -> api.beginResponse(invocation), invocationLog);
        var context = new InvocationContext(invocation, environment, clock, invocationLog);
        try {
            handler.handleRequest(new ByteArrayInputStream(invocation.event()), output, context);
        } catch (Throwable failure) {
            fail(invocation, output, failure, invocationLog);
            return !(failure instanceof VirtualMachineError);
        } finally {
            // A handler that was interrupted and said nothing must not break the next one's first blocking call.
            Thread.interrupted();
        }
        complete(invocation, output, invocationLog);
        return true;
    }

    /// Where the X-Ray SDK and the AWS SDK look for it in a Java function.
    private static void publishTrace(NextInvocation invocation) {
        String traceId = invocation.traceId();
        if (traceId == null) {
            System.clearProperty("com.amazonaws.xray.traceHeader");
        } else {
            System.setProperty("com.amazonaws.xray.traceHeader", traceId);
        }
    }

    private void complete(NextInvocation invocation, ResponseStream output, JsonLog log) {
        try {
            HttpAnswer answer = output.began() ? output.end() : api.postResponse(invocation, output.takeBuffered());
            expectAccepted(answer, log);
        } catch (IOException lost) {
            log.log("The answer could not be delivered: " + lost, LogLevel.ERROR);
        }
    }

    private void fail(NextInvocation invocation, ResponseStream output, Throwable failure, JsonLog log) {
        FailureReport report = FailureReport.of(failure);
        log.failure("The invocation failed", report);
        try {
            HttpAnswer answer = output.began() ? output.endWith(report) : api.postError(invocation, report);
            expectAccepted(answer, log);
        } catch (IOException lost) {
            log.log("The failure could not be reported: " + lost, LogLevel.ERROR);
        }
    }

    /// Whatever the Runtime API thinks of an answer, the invocation is over and the next one may come.
    private static void expectAccepted(HttpAnswer answer, JsonLog log) {
        if (answer.status() == HttpAnswer.GONE) {
            log.log("Lambda had given this invocation up: its answer came too late", LogLevel.WARN);
        } else if (!answer.isSuccess()) {
            log.log("The Runtime API refused the answer: " + answer.status() + " " + answer.text(), LogLevel.ERROR);
        }
    }

    @FunctionalInterface
    private interface Hook {
        void run() throws Exception;
    }
}
