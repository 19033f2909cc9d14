package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.policy.Proposal;
import dev.turnpike.policy.Proposals;
import dev.turnpike.policy.Ruling;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.Fields;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a response's text suggests to do, and doing it.
final class ProposalRoutes {
    private static final Pattern INDEX = Pattern.compile("\\d{1,4}");
    private static final Set<String> FIELDS = Set.of("stream", "background", "turnpike");

    private final ApiParts parts;
    private final StoredResponses responses;
    private final CreateResponse createResponse;

    ProposalRoutes(ApiParts parts, StoredResponses responses, CreateResponse createResponse) {
        this.parts = parts;
        this.responses = responses;
        this.createResponse = createResponse;
    }

    /// `GET /v1/responses/{id}/proposals`
    void list(String id, Principal caller, HttpReply reply) throws IOException {
        List<Proposal> proposals = proposals(responses.find(caller, id));
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            IntStream.range(0, proposals.size()).forEach(index -> write(json, index, proposals.get(index)));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void write(JsonGenerator json, int index, Proposal proposal) {
        Ruling ruling = parts.tools().judge(proposal.tool(), proposal.arguments());
        json.writeStartObject();
        json.writeStringProperty("object", "response.proposal");
        json.writeNumberProperty("index", index);
        json.writeStringProperty("kind", proposal.kind().wireName());
        json.writeStringProperty("risk", proposal.risk().wireName());
        json.writeStringProperty("tool", proposal.tool());
        json.writeStringProperty("arguments", proposal.arguments());
        json.writeStringProperty("decision", ruling.decision().wireName());
        json.writeStringProperty("reason", ruling.reason());
        json.writeStringProperty("text", proposal.text());
        json.writeEndObject();
    }

    private List<Proposal> proposals(Run run) {
        var text = new StringBuilder();
        for (Item item : responses.output(run)) {
            if (item instanceof Item.Message message) {
                text.append(message.text()).append('\n');
            }
        }
        return Proposals.in(text.toString());
    }

    /// `POST /v1/responses/{id}/proposals/{index}`: a run that goes on from the response, makes the call, if the policy
    /// lets it, and has the model say what came of it.
    void make(String id, String index, HttpRequest http, CountedCaller caller, HttpReply reply, Context context)
            throws IOException {
        JsonNode sent = http.body().isBlank() ? parts.mapper().createObjectNode() : http.json(parts.mapper());
        Run run = responses.find(caller.principal(), id);
        List<Proposal> proposals = proposals(run);
        int at = INDEX.matcher(index).matches() ? Integer.parseInt(index) : proposals.size();
        if (at >= proposals.size()) {
            throw ApiException.notFound("The response has no such proposal.");
        }
        Proposal proposal = proposals.get(at);
        JsonNode body = body(run, sent);
        CreateRequest asked =
                caller.reader(parts.requests()).read(body, parts.storedItems().of(caller.tenant()));
        var call = new Item.ToolCall(
                "", "call_" + parts.ids().next(), proposal.tool(), proposal.arguments(), Executor.SERVER);
        createResponse.create(
                new CreateRequest(asked.request(), List.of(call), asked.history(), asked.stream()),
                body,
                http,
                caller,
                reply,
                context);
    }

    /// Of a request that goes on from the response, with its model.
    private JsonNode body(Run run, JsonNode sent) {
        Fields.of(sent, "").allowOnly(FIELDS);
        ObjectNode body = ((ObjectNode) sent).deepCopy();
        return body.put("model", run.request().model())
                .put("previous_response_id", run.key().responseId());
    }
}
