package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.tool.FunctionInvoker;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import java.time.InstantSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tool that is another Lambda function.
///
/// It gets `{"tool", "arguments", "context": {"tenant", "user", "conversation", "run", "idempotency_key"},
/// "dry_run"}` and answers with a text, with `{"output": ...}` or with `{"error": "..."}`.
final class LambdaTool implements DefinedTool {
    private final Definition.Lambda definition;
    private final FunctionInvoker functions;
    private final InstantSource clock;
    private final String digest;

    LambdaTool(Definition.Lambda definition, FunctionInvoker functions, InstantSource clock) {
        this.definition = definition;
        this.functions = functions;
        this.clock = clock;
        this.digest = Digest.of(definition.toString());
    }

    @Override
    public Definition.Spec spec() {
        return definition.spec();
    }

    @Override
    public String digest() {
        return digest;
    }

    @Override
    public Kind kind() {
        return Kind.LAMBDA;
    }

    /// Only a function that is known to understand it is asked for a dry run.
    @Override
    public String preview(String arguments, ToolContext context) throws ToolException {
        return definition.dryRun()
                ? invoke(arguments, context, true)
                : "Would call the function " + definition.function() + ". What that changes is not known before.";
    }

    @Override
    public String call(String arguments, ToolContext context) throws ToolException {
        return invoke(arguments, context, false);
    }

    private String invoke(String arguments, ToolContext context, boolean dryRun) throws ToolException {
        byte[] answer = functions.invoke(
                definition.function(),
                payload(arguments, context, dryRun).toString().getBytes(UTF_8),
                clock.instant()
                        .plus(Remaining.of(context.deadline(), definition.spec().timeout(), clock)));
        return output(answer);
    }

    private ObjectNode payload(String arguments, ToolContext context, boolean dryRun) {
        ObjectNode payload = RemoteJson.MAPPER.createObjectNode().put("tool", name());
        payload.set("arguments", RemoteJson.object(arguments));
        payload.putObject("context")
                .put("tenant", context.tenant())
                .put("user", context.user())
                .put("conversation", context.conversation())
                .put("run", context.run())
                .put("idempotency_key", context.idempotencyKey());
        return payload.put("dry_run", dryRun);
    }

    private static String output(byte[] answer) throws ToolException {
        JsonNode json;
        try {
            json = RemoteJson.MAPPER.readTree(answer);
        } catch (JacksonException _) {
            throw unreadable();
        }
        if (json.isString()) {
            return json.asString();
        }
        if (json.path("error").isString()) {
            throw new ToolException(json.path("error").asString());
        }
        if (!json.has("output")) {
            throw unreadable();
        }
        return RemoteJson.text(json.path("output"));
    }

    private static ToolException unreadable() {
        return ToolException.outcomeUnknown("the function answered neither with a text nor with an output or an error");
    }
}
