package dev.turnpike.worker;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.run.Run;
import dev.turnpike.run.StepMessage;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import dev.turnpike.wiring.WorkerParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Clears away the messages that the worker could not serve, however often they came. No run depends on them: one that
/// still lives is the reaper's, and one that has ended may only lack its answer.
public final class DeadStepsHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final WorkerParts parts;
    private final Replies replies;

    public DeadStepsHandler() {
        this(Settings.fromEnvironment());
    }

    public DeadStepsHandler(Settings settings) {
        this.parts = new Wiring(settings).worker();
        this.replies = new Replies(parts);
    }

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        List<SQSBatchResponse.BatchItemFailure> again = new ArrayList<>();
        for (SQSEvent.SQSMessage letter : event.getRecords()) {
            try {
                clear(letter.getBody(), context.getLogger());
            } catch (RuntimeException down) {
                // It comes again when its visibility timeout is over.
                context.getLogger().log("a dead step stays: " + FailureTrace.of(down), LogLevel.WARN);
                again.add(new SQSBatchResponse.BatchItemFailure(letter.getMessageId()));
            }
        }
        return new SQSBatchResponse(again);
    }

    private void clear(String body, LambdaLogger log) {
        Optional<StepMessage> step = SqsStepQueue.read(body, parts.mapper());
        Optional<Run> run = step.flatMap(message -> parts.runs().find(message.run()));
        run.filter(found -> found.status().terminal()).ifPresent(replies::send);
        String state = run.map(found -> found.status().name()).orElse("not there");
        String named = step.map(message ->
                        "step " + message.step() + " of run " + message.run().run())
                .orElse("a message of no known form");
        log.log(named + " is dead; the run is " + state, LogLevel.ERROR);
    }
}
