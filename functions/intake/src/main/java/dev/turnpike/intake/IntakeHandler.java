package dev.turnpike.intake;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import java.util.ArrayList;
import java.util.List;

/// Takes requests from the requests queue and makes background runs of them.
public final class IntakeHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final RequestMessages messages;

    public IntakeHandler() {
        this(Settings.fromEnvironment());
    }

    public IntakeHandler(Settings settings) {
        this.messages = new RequestMessages(new Wiring(settings).intake());
    }

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        List<SQSBatchResponse.BatchItemFailure> again = new ArrayList<>();
        for (SQSEvent.SQSMessage message : event.getRecords()) {
            if (!served(message, context.getLogger())) {
                again.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
            }
        }
        return new SQSBatchResponse(again);
    }

    private boolean served(SQSEvent.SQSMessage message, LambdaLogger log) {
        try {
            return messages.serve(message, log);
        } catch (RuntimeException unforeseen) {
            log.log("request " + message.getMessageId() + " failed: " + FailureTrace.of(unforeseen), LogLevel.ERROR);
            return false;
        }
    }
}
