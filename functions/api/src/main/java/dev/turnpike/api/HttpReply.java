package dev.turnpike.api;

import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The answer to one request, in the form that API Gateway's streamed proxy integration takes: status and headers as
/// JSON, eight NUL bytes, then the body.
///
/// Every route answers in this form, so one integration serves them all. A flush begins the stream; the prelude and
/// the body's first bytes leave together.
final class HttpReply {
    private static final byte[] END_OF_PRELUDE = new byte[8];
    private static final JsonFactory JSON = new JsonFactory();

    private final OutputStream out;
    private final String requestId;
    private final Map<String, String> always;
    private final long startNanos = System.nanoTime();
    private Supplier<Map<String, String>> carried = Map::of;
    private boolean begun;

    /// @param always headers that it carries whatever it says
    HttpReply(OutputStream out, String requestId, Map<String, String> always) {
        this.out = out;
        this.requestId = requestId;
        this.always = always;
    }

    /// Further headers that it carries whatever it says, asked for when it begins.
    void carry(Supplier<Map<String, String>> headers) {
        carried = headers;
    }

    /// Writes a JSON document.
    interface Json {
        void write(JsonGenerator json);
    }

    /// Whether the status is on its way and can't be changed.
    boolean begun() {
        return begun;
    }

    void json(int status, Json body) throws IOException {
        json(status, Map.of(), body);
    }

    void json(int status, Map<String, String> headers, Json body) throws IOException {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            body.write(json);
        }
        json(status, headers, bytes.toByteArray());
    }

    /// Without a body.
    void empty(Map<String, String> headers) throws IOException {
        prelude(204, null, headers);
        out.flush();
    }

    /// @param json the body, rendered
    void json(int status, Map<String, String> headers, byte[] json) throws IOException {
        prelude(status, "application/json", headers);
        out.write(json);
        out.flush();
    }

    /// Begins a stream of events; the prelude leaves with the first of them.
    OutputStream events() throws IOException {
        prelude(200, "text/event-stream; charset=utf-8", Map.of("cache-control", "no-cache"));
        return out;
    }

    /// The same, begun by its first byte: until then the request can still be refused.
    OutputStream eventsOnDemand() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                begin().write(b);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                begin().write(bytes, from, count);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }

            private OutputStream begin() throws IOException {
                return begun ? out : events();
            }
        };
    }

    /// @throws IOException the body has begun, so nothing can be said any more: the invocation fails
    void error(ApiException error) throws IOException {
        if (begun) {
            throw new IOException("the answer failed after it had begun");
        }
        json(error.status(), error.headers(), json -> {
            json.writeStartObject();
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("message", String.valueOf(error.getMessage()));
            json.writeStringProperty("type", error.type());
            text(json, "param", error.param());
            text(json, "code", error.code());
            WireJson.details(json, error.details());
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    private void prelude(int status, @Nullable String type, Map<String, String> more) throws IOException {
        begun = true;
        Map<String, String> headers = new LinkedHashMap<>(always);
        if (type != null) {
            headers.put("content-type", type);
        }
        headers.put("x-request-id", requestId);
        headers.put("openai-processing-ms", Long.toString((System.nanoTime() - startNanos) / 1_000_000));
        headers.putAll(carried.get());
        headers.putAll(more);
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("statusCode", status);
            json.writeObjectPropertyStart("headers");
            headers.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeEndObject();
        }
        bytes.write(END_OF_PRELUDE);
        out.write(bytes.toByteArray());
    }
}
