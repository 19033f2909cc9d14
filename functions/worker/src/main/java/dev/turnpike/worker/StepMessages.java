package dev.turnpike.worker;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.engine.Outcome;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.ledger.LedgerLog;
import dev.turnpike.model.Deadline;
import dev.turnpike.replay.EventRecorder;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.wiring.WorkerParts;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Serves one message of the steps queue.
final class StepMessages {
    private static final int MOST_JITTER_SECONDS = 5;
    private static final Duration RETRY = Duration.ofSeconds(20);

    private final WorkerParts parts;
    private final Replies replies;

    StepMessages(WorkerParts parts) {
        this.parts = parts;
        this.replies = new Replies(parts);
    }

    /// @return false when the message must come again
    boolean serve(SQSEvent.SQSMessage message, Deadline deadline, LambdaLogger log) {
        Optional<StepMessage> step = SqsStepQueue.read(message.getBody(), parts.mapper());
        if (step.isEmpty()) {
            log.log("a message of the steps queue has no form that this version knows; it is dropped", LogLevel.ERROR);
            return true;
        }
        return switch (advance(step.get(), deadline, log)) {
            case Outcome.Ended(Run run) -> {
                // Before the message is acknowledged: a crash between the two sends the answer again rather than never.
                replies.send(run);
                yield true;
            }
            case Outcome.HandedOver _ -> true;
            case Outcome.Ignored(String why) -> {
                log.log("step " + message.getBody() + " is dropped: " + why, LogLevel.INFO);
                yield true;
            }
            case Outcome.NotNow(Instant until) -> {
                postpone(message, until);
                yield false;
            }
        };
    }

    private Outcome advance(StepMessage step, Deadline deadline, LambdaLogger log) {
        try (EventRecorder recorder = parts.recorders().get()) {
            Consumer<RunEvent> logging = event -> log(event, log);
            Outcome outcome = parts.engine().advance(step, deadline, logging.andThen(recorder));
            if (outcome instanceof Outcome.NotNow) {
                recorder.forget();
            }
            return outcome;
        }
    }

    /// Somebody works on the run. If they are dead, the message must be there when their lease ends.
    private void postpone(SQSEvent.SQSMessage message, Instant until) {
        int jitter = ThreadLocalRandom.current().nextInt(1, MOST_JITTER_SECONDS);
        Duration wait = Duration.between(parts.clock().instant(), until).plusSeconds(jitter);
        parts.steps().postpone(message.getEventSourceArn(), message.getReceiptHandle(), wait);
    }

    /// Soon, and not only when the queue's long visibility timeout is over.
    ///
    /// @return false: the message is not served
    boolean comeAgain(SQSEvent.SQSMessage message) {
        try {
            postpone(message, parts.clock().instant().plus(RETRY));
        } catch (StoreUnavailableException _) {
            // Then it comes when its visibility timeout is over.
        }
        return false;
    }

    private static void log(RunEvent event, LambdaLogger log) {
        switch (event) {
            case RunEvent.Settled settled -> log.log(LedgerLog.line(settled.row()), LogLevel.INFO);
            case RunEvent.ToolBroke(String run, String tool, Throwable cause) ->
                log.log("run " + run + ": tool " + tool + " broke: " + FailureTrace.of(cause), LogLevel.ERROR);
            case RunEvent.Warned(String run, String warning) -> log.log("run " + run + ": " + warning, LogLevel.WARN);
            case RunEvent.Ended ended
            when ended.run().error() != null ->
                log.log(
                        "run " + ended.run().key().run() + " failed: "
                                + ended.run().error().code(),
                        LogLevel.WARN);
            default -> {}
        }
    }
}
