package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.Run;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.sse.SseWriter;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;

/// Shows the stream of a background run: what is stored of it, then what comes, to its end.
final class FollowResponse {
    /// The number before the first event's.
    static final long BEGINNING = -1;

    /// The answer ends this long before the invocation does.
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final ApiParts parts;

    FollowResponse(ApiParts parts) {
        this.parts = parts;
    }

    /// The number after which a reader goes on.
    static long startingAfter(HttpRequest request) {
        String text = request.query().get("starting_after");
        if (text == null) {
            return BEGINNING;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw ApiException.invalid(
                    "invalid_value",
                    "starting_after",
                    "Invalid 'starting_after': expected the sequence_number of an event, but got '"
                            + WireText.shown(text) + "' instead.");
        }
        return Long.parseLong(text);
    }

    void serve(Run run, long after, HttpReply reply, Context context) throws IOException {
        if (!run.request().recorded()) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "stream",
                    "This response can't be streamed: only those created with both 'background' and 'stream' can."
                            + " Read it without 'stream' until its status is final.");
        }
        if (!parts.replay().kept(run)) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "stream",
                    "The events of this response are not kept any more. Read it without 'stream'.");
        }
        follow(run, after, reply, context);
    }

    /// When the time is up or the storage fails, the stream stops between two events and without an end: its reader
    /// comes back with the number of the last.
    void follow(Run run, long after, HttpReply reply, Context context) throws IOException {
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        var sse = new SseWriter(reply.events());
        try {
            parts.replay().follow(run, after, sse, deadline.minus(MARGIN));
        } catch (StoreUnavailableException down) {
            context.getLogger().log(FailureTrace.of(down), LogLevel.WARN);
        } catch (IOException _) {
            // The reader has gone; the run does not mind.
        }
    }
}
