package dev.turnpike.wiring;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.admission.PromptCount;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.StoredItems;
import dev.turnpike.completions.CompletionReader;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Ids;
import dev.turnpike.engine.StepEngine;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.replay.StreamReplay;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StepQueue;
import dev.turnpike.usage.UsageReport;
import dev.turnpike.workspace.Workspaces;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/// Everything that the api function serves with.
///
/// @param models what `GET /v1/models` lists
/// @param corsOrigins web origins whose scripts may read answers
/// @param probes by the name of what they ask; each throws when it gets no answer
/// @param pause lets that much time pass
public record ApiParts(
        AccessParts access,
        RequestReader requests,
        CompletionReader completions,
        RunAdmission admission,
        LinkedMedia media,
        StoredItems storedItems,
        PromptCount prompts,
        StepEngine engine,
        GuardedTools tools,
        StepQueue steps,
        RunStore runs,
        ConversationStore conversations,
        Workspaces workspaces,
        ResponseWriter responses,
        CompletionWriter completionWriter,
        StreamReplay replay,
        UsageReport usage,
        List<String> models,
        Map<String, Runnable> probes,
        JsonMapper mapper,
        Ids ids,
        InstantSource clock,
        Consumer<Duration> pause,
        Duration conversationTtl,
        Predicate<String> corsOrigins) {}
