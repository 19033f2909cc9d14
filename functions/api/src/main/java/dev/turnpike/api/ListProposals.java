package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.policy.Proposal;
import dev.turnpike.policy.Proposals;
import dev.turnpike.run.Run;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/responses/{id}/proposals`: what an answer suggests to be done. Nothing of it has been.
final class ListProposals {
    private final StoredResponses responses;

    ListProposals(StoredResponses responses) {
        this.responses = responses;
    }

    void serve(String id, Principal caller, HttpReply reply) throws IOException {
        Run run = responses.find(caller, id);
        List<Proposal> proposals = run.placeless() ? List.of() : Proposals.in(text(responses.output(run)));
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "response.proposals");
            json.writeStringProperty("response_id", id);
            json.writeArrayPropertyStart("data");
            for (int i = 0; i < proposals.size(); i++) {
                write(json, i, proposals.get(i));
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static String text(List<Item> output) {
        return output.stream()
                .filter(Item.Message.class::isInstance)
                .flatMap(item -> ((Item.Message) item).parts().stream())
                .filter(Part.Text.class::isInstance)
                .map(part -> ((Part.Text) part).text())
                .collect(Collectors.joining("\n\n"));
    }

    private static void write(JsonGenerator json, int index, Proposal proposal) {
        json.writeStartObject();
        json.writeNumberProperty("index", index);
        json.writeStringProperty("type", proposal.kind().wireName());
        json.writeStringProperty("risk", proposal.risk().wireName());
        json.writeStringProperty("tool", proposal.tool());
        String path = proposal.path();
        if (path == null) {
            json.writeNullProperty("path");
        } else {
            json.writeStringProperty("path", path);
        }
        json.writeStringProperty("text", proposal.text());
        json.writeEndObject();
    }
}
