package dev.turnpike.wiring;

import dev.turnpike.aws.ResultsQueue;
import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.engine.StepEngine;
import dev.turnpike.replay.EventRecorder;
import dev.turnpike.responses.QueueMessages;
import dev.turnpike.run.RunStore;
import java.time.InstantSource;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Everything that the worker serves with.
///
/// @param recorders makes one for each message
public record WorkerParts(
        StepEngine engine,
        SqsStepQueue steps,
        RunStore runs,
        ConversationStore conversations,
        ResultsQueue results,
        QueueMessages messages,
        Supplier<EventRecorder> recorders,
        JsonMapper mapper,
        InstantSource clock) {}
