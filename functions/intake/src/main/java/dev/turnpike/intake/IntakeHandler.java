package dev.turnpike.intake;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.turnpike.wiring.Settings;

/// Takes a batch of messages.
public final class IntakeHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final Settings settings = Settings.fromEnvironment();

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        throw new UnsupportedOperationException(settings.deployment().environment());
    }
}
