package dev.turnpike.api;

import java.io.IOException;
import java.util.List;

/// `GET /v1/models`: the models that the operator names.
final class ListModels {
    /// Models have no date of their own here; the form asks for one.
    private static final long CREATED = 1_700_000_000;

    private final List<String> models;

    ListModels(List<String> models) {
        this.models = models;
    }

    void serve(HttpReply reply) throws IOException {
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            for (String model : models) {
                json.writeStartObject();
                json.writeStringProperty("id", model);
                json.writeStringProperty("object", "model");
                json.writeNumberProperty("created", CREATED);
                json.writeStringProperty("owned_by", "turnpike");
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
