package dev.turnpike.completions;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/// Reads chat completion requests as a deployment with two tools of its own and a few models does.
final class Chats {
    static final JsonMapper MAPPER = WireJson.mapper();

    private static final RequestSettings SETTINGS = new RequestSettings(
            4_000,
            null,
            () -> List.of("calculate", "recall"),
            new RunRequest.Compaction.Never(),
            new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
            model -> model.startsWith("gpt-"),
            name -> name.startsWith("x_") || name.equals("seed"),
            model -> model.startsWith("gpt-"),
            model -> model.startsWith("gpt-"));
    private static final RequestReader REQUESTS = new RequestReader(MAPPER, SETTINGS);

    private Chats() {}

    /// A whole body.
    static CompletionRequest read(String body) {
        return new CompletionReader(REQUESTS, SETTINGS).read(WireJson.read(MAPPER, body));
    }

    /// A good request with further fields.
    static CompletionRequest with(String fields) {
        return read(body(fields));
    }

    static String body(String fields) {
        return "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                + (fields.isEmpty() ? "" : ",") + fields + "}";
    }

    /// A good request with these messages.
    static CompletionRequest saying(String messages) {
        return read("{\"model\":\"gpt-4o-mini\",\"messages\":[" + messages + "]}");
    }

    static ApiException refusal(String body) {
        return Objects.requireNonNull(
                catchThrowableOfType(ApiException.class, () -> read(body)), () -> "accepted: " + body);
    }

    static ApiException refusalWith(String fields) {
        return refusal(body(fields));
    }

    static ApiException refusalSaying(String messages) {
        return refusal("{\"model\":\"gpt-4o-mini\",\"messages\":[" + messages + "]}");
    }

    /// The request as a store gives it back to a worker, which knows nothing of this wire.
    static RunRequest stored(CompletionRequest request) {
        return REQUESTS.read(request.request().wire());
    }
}
