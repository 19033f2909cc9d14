package dev.turnpike.completions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.Run;
import dev.turnpike.sse.SseWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Writes `chat.completion.chunk` events. What all chunks of a run have in common is made once; a delta is that, one
/// text and an end.
///
/// When the reader has gone away the rest is dropped: the run goes on without it.
final class ChunkWriter {
    private static final String CHOICE = ",\"choices\":[{\"index\":0,\"delta\":{";
    private static final String NO_FINISH = ",\"logprobs\":null,\"finish_reason\":null}]";

    private final SseWriter sse;
    private final JsonMapper mapper;
    private final CompletionWriter completions;
    private final boolean includeUsage;

    /// From `data: ` up to, not including, `choices`.
    private final String head;

    private boolean gone;

    ChunkWriter(SseWriter sse, CompletionWriter completions, Run run, boolean includeUsage) {
        this.sse = sse;
        this.mapper = completions.mapper();
        this.completions = completions;
        this.includeUsage = includeUsage;
        this.head = head(run);
    }

    private String head(Run run) {
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = mapper.createGenerator(bytes)) {
            json.writeStartObject();
            completions.head(json, run, "chat.completion.chunk");
            json.writeEndObject();
        }
        String object = bytes.toString(UTF_8);
        return "data: " + object.substring(0, object.length() - 1);
    }

    /// A chunk's bytes before the text of its delta.
    ///
    /// @param field of the delta, with its colon, and whatever stands before it
    byte[] beginning(String field) {
        return (head + CHOICE + field).getBytes(UTF_8);
    }

    /// A chunk's bytes after the text of its delta.
    ///
    /// @param closing what must be closed before the delta is
    byte[] end(String closing) {
        return (closing + "}" + NO_FINISH + noUsage() + "}").getBytes(UTF_8);
    }

    private String noUsage() {
        return includeUsage ? ",\"usage\":null" : "";
    }

    /// The path that every token takes: no tree, no generator, one write.
    void delta(byte[] beginning, String text, byte[] end) {
        if (gone) {
            return;
        }
        try {
            sse.event(beginning, text, end);
        } catch (IOException _) {
            gone = true;
        }
    }

    /// The last chunk that has a choice.
    ///
    /// @param run as it ended
    void finish(Run run, String reason) {
        String choice = CHOICE + "},\"logprobs\":null,\"finish_reason\":\"" + reason + "\"}]";
        write(head + choice + noUsage() + (includeUsage ? "}" : "," + cost(run) + "}"));
    }

    /// What the run used, if that was asked for; then the end of the stream.
    void done(Run run) {
        if (includeUsage) {
            write(head + ",\"choices\":[]," + object(json -> CompletionWriter.usage(json, run)) + "," + cost(run)
                    + "}");
        }
        write("data: [DONE]");
    }

    private String cost(Run run) {
        return object(json -> completions.turnpike(json, run));
    }

    /// Says that there will be no end.
    void error(ApiException error) {
        write("data: {"
                + object(json -> {
                    json.writeObjectPropertyStart("error");
                    json.writeStringProperty("message", String.valueOf(error.getMessage()));
                    json.writeStringProperty("type", error.type());
                    text(json, "param", error.param());
                    text(json, "code", error.code());
                    WireJson.details(json, error.details());
                    json.writeEndObject();
                })
                + "}");
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    private interface Body {
        void write(JsonGenerator json);
    }

    /// JSON properties without the braces around them.
    private String object(Body body) {
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = mapper.createGenerator(bytes)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        }
        String object = bytes.toString(UTF_8);
        return object.substring(1, object.length() - 1);
    }

    private void write(String event) {
        if (gone) {
            return;
        }
        try {
            sse.events(event + "\n\n");
        } catch (IOException _) {
            gone = true;
        }
    }

    /// As JSON, with its quotes.
    String quoted(String text) {
        return mapper.writeValueAsString(text);
    }
}
