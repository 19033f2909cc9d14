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
/// One call is one HTTP request: trying again belongs to a [CallPolicy]. Nothing is opened before the first call, and
/// [#reset] drops what is open, for a snapshot of the process must not hold connections.
public final class ChatCompletionsClient implements ModelClient {
    /// A generous bound for an answer whose provider disregards the token limit: a token of spaces is long, and some
    /// providers do not count reasoning.
    private static final int MAX_CHARACTERS_PER_TOKEN = 16;

    private static final int MAX_CHARACTERS_BESIDE = 100_000;

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
        var answer = new Accumulator(events, ChatCompletionsClient::newCallId);
        try {
            receive(request, deadline, answer, () -> events.accept(StreamEvent.ALIVE));
            answer.end();
        } catch (ModelException e) {
            throw e.withUsage(usedByFailure(request, answer));
        }
        return answer.answer(used(request, answer), Served.by(request.model()));
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

    private void receive(ModelRequest request, Deadline deadline, Accumulator answer, Runnable alive)
            throws ModelException {
        long maxSize = (long) request.maxOutputTokens() * MAX_CHARACTERS_PER_TOKEN + MAX_CHARACTERS_BESIDE;
        try (WatchedBody body = upstream.post(writer.write(request), request.model(), deadline)) {
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

    /// A call that brought no output is free for all we know.
    private Usage usedByFailure(ModelRequest request, Accumulator answer) {
        return answer.usage() != null || answer.started() ? used(request, answer) : Usage.NONE;
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
