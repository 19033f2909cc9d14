package dev.turnpike.trigger;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;

/// A function that an event source feeds.
@FunctionalInterface
public interface BatchFunction {
    /// @return the messages that failed, to be delivered again
    /// @throws Exception when the function itself failed: then the whole batch did
    SQSBatchResponse serve(SQSEvent batch) throws Exception;
}
