package dev.turnpike.remote;

import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressException;
import dev.turnpike.egress.WebRequest;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolText;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tool behind an HTTP endpoint. The model fills places in a URL that the operator wrote, and nothing else of it.
///
/// What a server says with a status of 4xx is shown: it tells the model what to do better, and is no more to be
/// trusted than an answer. Of 5xx only the status is: it tells of the server's inside, and what it has done is not
/// known.
final class HttpTool implements DefinedTool {
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    private static final int MOST_OF_A_REFUSAL = 2_000;

    private final Definition.Http definition;
    private final Supplier<Egress> egress;
    private final Credential credential;
    private final InstantSource clock;
    private final String digest;

    HttpTool(Definition.Http definition, Supplier<Egress> egress, Credential credential, InstantSource clock) {
        this.definition = definition;
        this.egress = egress;
        this.credential = credential;
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
        return Kind.HTTP;
    }

    @Override
    public String preview(String arguments, ToolContext context) throws ToolException {
        Draft draft = draft(arguments);
        return "Would send %s %s%s"
                .formatted(definition.method(), draft.url, draft.body == null ? "" : "\n" + draft.body);
    }

    /// What depends on the arguments.
    private record Draft(String url, @Nullable String body) {}

    private Draft draft(String arguments) throws ToolException {
        ObjectNode all = RemoteJson.object(arguments);
        Map<String, JsonNode> rest = new LinkedHashMap<>();
        all.properties().forEach(each -> rest.put(each.getKey(), each.getValue()));
        rest.keySet().removeAll(definition.url().names());
        if (WITH_BODY.contains(definition.method())) {
            ObjectNode body = RemoteJson.MAPPER.createObjectNode();
            body.setAll(rest);
            return new Draft(definition.url().filled(all, Map.of()), body.toString());
        }
        rest.values().removeIf(JsonNode::isNull);
        return new Draft(definition.url().filled(all, rest), null);
    }

    @Override
    public String call(String arguments, ToolContext context) throws ToolException {
        Draft draft = draft(arguments);
        HttpReply reply = ask(draft, context);
        if (reply.status() == 401 && credential.renewed()) {
            reply = ask(draft, context);
        }
        return output(reply);
    }

    private HttpReply ask(Draft draft, ToolContext context) throws ToolException {
        try {
            return egress.get()
                    .ask(
                            new WebRequest(definition.method(), draft.url, headers(draft, context), draft.body),
                            Remaining.of(context.deadline(), definition.spec().timeout(), clock),
                            HttpReply::read);
        } catch (EgressException failed) {
            String message = "it gave no answer: " + failed.getMessage();
            throw failed.asked() ? ToolException.outcomeUnknown(message) : new ToolException(message);
        } catch (IllegalArgumentException _) {
            throw new ToolException("its secret is nothing that can be sent in a header");
        }
    }

    private Map<String, String> headers(Draft draft, ToolContext context) throws ToolException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Accept", "application/json, text/*;q=0.9, */*;q=0.1");
        if (draft.body != null) {
            headers.put("Content-Type", "application/json");
        }
        headers.keySet().removeIf(name -> definition.headers().keySet().stream().anyMatch(name::equalsIgnoreCase));
        headers.putAll(definition.headers());
        if (effect() == Effect.REPEATABLE) {
            headers.put("Idempotency-Key", context.idempotencyKey());
        }
        headers.putAll(credential.headers());
        return headers;
    }

    private String output(HttpReply reply) throws ToolException {
        int status = reply.status();
        if (status >= 500) {
            throw ToolException.outcomeUnknown("its server failed with status " + status);
        }
        if (status >= 400) {
            String said = reply.text() == null ? "" : ": " + ToolText.head(reply.text(), MOST_OF_A_REFUSAL);
            throw new ToolException(credential.hidden("its server refused with status " + status + said));
        }
        if (status >= 300) {
            throw new ToolException("its server redirects, which is not followed for " + definition.method());
        }
        if (reply.text() == null) {
            throw new ToolException(
                    "its server did it and answered with " + reply.type() + ", which is neither text nor JSON");
        }
        return reply.text().isEmpty() ? "Done, status " + status + "." : credential.hidden(reply.text());
    }
}
