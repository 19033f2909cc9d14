package dev.turnpike.model;

import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.tokens.TokenCounter;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;

/// Calls any provider of the Chat Completions API and streams its answer.
///
/// One call is one HTTP request: trying again is somebody else's. Nothing is opened before the first call, and
/// [#reset] drops what is open, for a snapshot of the process must not hold connections.
public final class ChatCompletionsClient implements ModelClient {
    /// A generous bound for an answer whose provider disregards the token limit: a token of spaces is long, and some
    /// providers do not count reasoning.
    private static final int MAX_CHARACTERS_PER_TOKEN = 16;

    private static final int MAX_CHARACTERS_BESIDE = 100_000;

    private static final String USAGE_MADE_NO_SENSE = "The model provider reported usage that can't be: a part larger"
            + " than its whole, or a number below zero or beyond all reason. It was cut to what can.";

    private final Upstream upstream;
    private final ChatRequestWriter writer;
    private final UsageEstimate estimate;

    /// @param tokens counts where the provider does not
    /// @param clock what a provider's date of retry is compared with
    public ChatCompletionsClient(ModelSettings settings, TokenCounter tokens, InstantSource clock) {
        this.upstream = new Upstream(settings, clock);
        this.writer = new ChatRequestWriter(settings.dialect());
        this.estimate = new UsageEstimate(tokens);
    }

    @Override
    public ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        if (deadline.passed()) {
            throw new ModelException(Kind.TIMEOUT, "No time was left to call the model.");
        }
        var answer = new Accumulator(events, ChatCompletionsClient::newCallId);
        var call = new Call();
        try {
            receive(request, deadline, answer, call, () -> events.accept(StreamEvent.ALIVE));
            answer.end();
        } catch (ModelException e) {
            warn(answer, events);
            Usage used = usedByFailure(request, answer, call.atWork(e.kind()));
            throw e.withUsage(used, answer.served(request.model()).serviceTier());
        }
        warn(answer, events);
        return answer.answer(used(request, answer), answer.served(request.model()));
    }

    /// Makes ready for a first call, without a connection. A call does so by itself; ahead of it, it need not wait.
    public void open() {
        upstream.open();
    }

    /// Closes all connections; calls in progress fail. To be called before a snapshot is taken, or after it is
    /// restored.
    public void reset() {
        upstream.reset();
    }

    /// How far a call came.
    private static final class Call {
        private boolean accepted;

        /// Whether the provider may have been at work on it when it failed: silence, and a connection that breaks after
        /// a good status, say nothing else. Where it said that it failed, it charges nothing.
        boolean atWork(Kind failure) {
            return switch (failure) {
                case TIMEOUT -> true;
                case CONNECTION -> accepted;
                case AUTHENTICATION,
                        MODEL_NOT_FOUND,
                        CONTEXT_TOO_LONG,
                        REFUSED,
                        RATE_LIMITED,
                        UNAVAILABLE,
                        UNREADABLE,
                        RESTING -> false;
            };
        }
    }

    private void receive(ModelRequest request, Deadline deadline, Accumulator answer, Call call, Runnable alive)
            throws ModelException {
        long maxSize = (long) request.maxOutputTokens() * MAX_CHARACTERS_PER_TOKEN + MAX_CHARACTERS_BESIDE;
        try (WatchedBody body = upstream.post(writer.write(request), request.model(), deadline)) {
            call.accepted = true;
            new AnswerReader(answer, request.model(), maxSize).read(new LiveBody(body, alive));
            body.readToEnd();
        } catch (HttpConnectTimeoutException e) {
            throw failure(Kind.CONNECTION, "The model provider could not be reached in time.", e);
        } catch (HttpTimeoutException e) {
            throw failure(Kind.TIMEOUT, Objects.requireNonNull(e.getMessage()), e);
        } catch (IOException e) {
            throw failure(Kind.CONNECTION, "The connection to the model provider failed. Try again.", e);
        }
    }

    /// What can't be is made possible, lest it be charged; whoever compares our sums with the provider's should know.
    private static void warn(Accumulator answer, Consumer<StreamEvent> events) {
        if (answer.usageMadeNoSense()) {
            events.accept(new StreamEvent.Warning(USAGE_MADE_NO_SENSE));
        }
    }

    private Usage usedByFailure(ModelRequest request, Accumulator answer, boolean atWork) {
        return answer.usage() != null || answer.started() || atWork ? used(request, answer) : Usage.NONE;
    }

    private Usage used(ModelRequest request, Accumulator answer) {
        Usage reported = answer.usage();
        return reported != null ? reported : estimate.of(request, answer.written());
    }

    private static ModelException failure(Kind kind, String message, IOException cause) {
        return new ModelException(kind, message, Usage.NONE, null, cause);
    }

    private static String newCallId() {
        return "call_" + UUID.randomUUID().toString().replace("-", "");
    }
}
