package dev.turnpike.responses;

import dev.turnpike.sse.SseWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Writes events of the wire, numbered from 0 unless others began.
///
/// When the reader has gone away the rest is dropped: the run goes on without it.
final class EventWriter {
    private final SseWriter sse;
    private final JsonMapper mapper;
    private long sequence;
    private boolean gone;

    EventWriter(SseWriter sse, JsonMapper mapper) {
        this.sse = sse;
        this.mapper = mapper;
    }

    /// Others have written the events before this number.
    void continueAt(long number) {
        sequence = number;
    }

    /// The number of the event to come.
    long next() {
        return sequence;
    }

    /// Writes the fields of an event other than its type and number.
    interface Body {
        void write(JsonGenerator json);
    }

    void event(String type, Body body) {
        write(() -> sse.event(type, frame -> {
            try (JsonGenerator json = mapper.createGenerator(frame)) {
                json.writeStartObject();
                json.writeStringProperty("type", type);
                json.writeNumberProperty("sequence_number", sequence);
                body.write(json);
                json.writeEndObject();
            }
        }));
        sequence++;
    }

    /// Everything of a delta event that is the same for each of an item's deltas.
    ///
    /// @param index `"content_index":0`, or whatever else tells the place within the item; empty for nothing
    static byte[] deltaBeginning(String type, String item, int outputIndex, String index) {
        String beginning = "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"item_id\":\"" + item
                + "\",\"output_index\":" + outputIndex + (index.isEmpty() ? "" : "," + index)
                + (type.equals("response.output_text.delta") ? ",\"logprobs\":[]" : "") + ",\"sequence_number\":";
        return beginning.getBytes(StandardCharsets.US_ASCII);
    }

    /// The path that every token takes: no tree, no generator, one write.
    void delta(byte[] beginning, String text) {
        write(() -> sse.event(beginning, frame -> {
            frame.number(sequence);
            frame.ascii(",\"delta\":");
            frame.quoted(text);
            frame.write('}');
        }));
        sequence++;
    }

    void done() {
        write(sse::done);
    }

    private interface Write {
        void run() throws IOException;
    }

    private void write(Write write) {
        if (gone) {
            return;
        }
        try {
            write.run();
        } catch (IOException _) {
            gone = true;
        }
    }
}
