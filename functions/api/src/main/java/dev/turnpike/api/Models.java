package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.core.JsonGenerator;

/// `/v1/models`: the models that the operator names, as far as the caller's key may use them.
final class Models {
    /// Models have no date of their own here; the form asks for one.
    private static final long CREATED = 1_700_000_000;

    private final List<String> models;
    private final Predicate<String> allowed;

    /// @param allowed whether a request may name the model, listed or not
    Models(List<String> models, Predicate<String> allowed) {
        this.models = models;
        this.allowed = allowed;
    }

    /// `GET /v1/models`.
    void list(Principal caller, HttpReply reply) throws IOException {
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            models.stream().filter(caller.terms().models()::matches).forEach(model -> write(json, model));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /// `GET /v1/models/{id}`: one that requests may name, for a pattern allows more than are listed.
    void get(String id, Principal caller, HttpReply reply) throws IOException {
        boolean here = models.contains(id) || allowed.test(id);
        if (!here || !caller.terms().models().matches(id)) {
            throw ApiException.modelNotFound("The model '" + WireText.shown(id)
                    + "' does not exist or is not allowed here. GET /v1/models lists what is.");
        }
        reply.json(200, json -> write(json, id));
    }

    private static void write(JsonGenerator json, String model) {
        json.writeStartObject();
        json.writeStringProperty("id", model);
        json.writeStringProperty("object", "model");
        json.writeNumberProperty("created", CREATED);
        json.writeStringProperty("owned_by", "turnpike");
        json.writeEndObject();
    }
}
