package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.admission.Past;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads requests as a deployment with two tools of its own and a few models does.
final class Requests {
    static final JsonMapper MAPPER = WireJson.mapper();
    static final RequestReader READER = new RequestReader(MAPPER, settings(null));

    private Requests() {}

    private static RequestSettings settings(@Nullable Double temperature) {
        return new RequestSettings(
                4_000,
                temperature,
                () -> List.of("calculate", "recall"),
                new RunRequest.Compaction.Never(),
                new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                model -> model.startsWith("gpt-"),
                name -> name.startsWith("x_") || name.equals("seed"),
                model -> model.startsWith("gpt-"),
                model -> model.startsWith("gpt-"));
    }

    static RequestReader readerWithTemperature(double temperature) {
        return new RequestReader(MAPPER, settings(temperature));
    }

    /// A whole body.
    static CreateRequest read(String body) {
        return READER.read(WireJson.read(MAPPER, body));
    }

    /// A whole body that may refer to stored items.
    static CreateRequest read(String body, Function<String, List<Item>> stored) {
        return read(body, new Past() {
            @Override
            public List<Item> items(String id) {
                return stored.apply(id);
            }

            @Override
            public Optional<String> model(History history) {
                return Optional.empty();
            }
        });
    }

    /// A whole body that may refer to what is stored.
    static CreateRequest read(String body, Past past) {
        return READER.read(WireJson.read(MAPPER, body), past);
    }

    /// A good request with further fields.
    static CreateRequest with(String fields) {
        return read(body(fields));
    }

    static String body(String fields) {
        return "{\"model\":\"gpt-4o-mini\",\"input\":\"hi\"" + (fields.isEmpty() ? "" : ",") + fields + "}";
    }

    static ApiException refusal(String body) {
        return Objects.requireNonNull(
                catchThrowableOfType(ApiException.class, () -> read(body)), () -> "accepted: " + body);
    }

    static ApiException refusalWith(String fields) {
        return refusal(body(fields));
    }

    /// The request as a store gives it back.
    static RunRequest stored(CreateRequest request) {
        return READER.read(request.request().wire());
    }

    static JsonNode wire(CreateRequest request) {
        return MAPPER.readTree(request.request().wire());
    }
}
