package dev.turnpike.worker;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import dev.turnpike.wiring.WorkerParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Takes the steps that the steps queue wakes. A message that must come again is reported as failed.
public final class RunWorkerHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final WorkerParts parts;
    private final StepMessages messages;

    public RunWorkerHandler() {
        this(Settings.fromEnvironment());
    }

    public RunWorkerHandler(Settings settings) {
        this.parts = new Wiring(settings).worker();
        this.messages = new StepMessages(parts);
    }

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        List<SQSBatchResponse.BatchItemFailure> again = new ArrayList<>();
        for (SQSEvent.SQSMessage message : event.getRecords()) {
            if (!served(message, deadline, context.getLogger())) {
                again.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
            }
        }
        return new SQSBatchResponse(again);
    }

    /// Whatever failed on our side may succeed later: the message comes again, and in the end goes to the dead
    /// letters.
    private boolean served(SQSEvent.SQSMessage message, Deadline deadline, LambdaLogger log) {
        try {
            return messages.serve(message, deadline, log);
        } catch (StoreUnavailableException down) {
            log.log("step " + message.getBody() + " waits: " + FailureTrace.of(down), LogLevel.WARN);
            return messages.comeAgain(message);
        } catch (RuntimeException unforeseen) {
            log.log("step " + message.getBody() + " failed: " + FailureTrace.of(unforeseen), LogLevel.ERROR);
            return messages.comeAgain(message);
        }
    }
}
