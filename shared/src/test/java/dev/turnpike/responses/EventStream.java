package dev.turnpike.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a client gets of a stream, and the rules that hold for every stream.
final class EventStream extends OutputStream {
    private static final String DONE = "data: [DONE]\n\n";

    private final List<String> calls = new ArrayList<>();
    private int writesLeft = Integer.MAX_VALUE;

    @Override
    public void write(int b) {
        throw new IllegalStateException("a byte for itself");
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        if (writesLeft-- <= 0) {
            throw new IOException("the reader has gone");
        }
        calls.add(new String(bytes, from, count, UTF_8));
    }

    @Override
    public void flush() {
        calls.add("flush");
    }

    void breakAfter(int writes) {
        writesLeft = writes;
    }

    /// Each was written in one piece and flushed at once.
    List<JsonNode> events() {
        List<JsonNode> events = new ArrayList<>();
        for (int i = 0; i < calls.size(); i += 2) {
            String written = calls.get(i);
            assertThat(calls.get(i + 1)).isEqualTo("flush");
            if (written.equals(DONE)) {
                assertThat(i + 2).as("nothing after the end").isEqualTo(calls.size());
                continue;
            }
            assertThat(written).endsWith("\n\n").startsWith("event: ");
            String[] lines = written.strip().split("\n", -1);
            assertThat(lines).as(written).hasSize(2);
            JsonNode event = Requests.MAPPER.readTree(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + event.path("type").asString());
            events.add(event);
        }
        return events;
    }

    boolean hasEnded() {
        return calls.contains(DONE);
    }

    List<String> types() {
        return events().stream()
                .map(event -> event.path("type").asString().replace("response.", ""))
                .toList();
    }

    List<JsonNode> events(String type) {
        return events().stream()
                .filter(event -> event.path("type").asString().equals("response." + type))
                .toList();
    }

    JsonNode only(String type) {
        assertThat(events(type)).as(type).hasSize(1);
        return events(type).getFirst();
    }

    JsonNode last() {
        return events().getLast();
    }

    /// What clients rely on whatever the run did.
    void assertRules() {
        List<JsonNode> events = events();
        Map<Integer, Grown> items = new TreeMap<>();
        for (int i = 0; i < events.size(); i++) {
            JsonNode event = events.get(i);
            assertThat(event.path("sequence_number").asInt()).isEqualTo(i);
            if (event.has("output_index")) {
                take(event, items);
            }
        }
        JsonNode end = events.getLast();
        assertThat(end.path("type").asString()).matches("response\\.(completed|incomplete|failed)");
        assertThat(hasEnded()).isTrue();
        assertThat(end.path("response").path("output").valueStream().toList())
                .as("the output is what the items were done as, in order")
                .isEqualTo(items.values().stream().map(grown -> grown.done).toList());
        assertThat(events.stream()
                        .filter(event -> event.has("response"))
                        .map(event -> event.path("response").path("id").asString()))
                .containsOnly(Runs.ID);
    }

    private static void take(JsonNode event, Map<Integer, Grown> items) {
        int index = event.path("output_index").asInt();
        String type = event.path("type").asString();
        if (type.equals("response.output_item.added")) {
            assertThat(index).as("items are counted in the order they come").isEqualTo(items.size());
            items.put(index, new Grown(event.path("item")));
            return;
        }
        assertThat(items).as(type).containsKey(index);
        items.getOrDefault(index, new Grown(event)).take(type, event);
    }

    /// An item as its events tell of it.
    private static final class Grown {
        private final JsonNode added;
        private final Map<String, StringBuilder> texts = new HashMap<>();
        private JsonNode done = Requests.MAPPER.nullNode();

        Grown(JsonNode added) {
            this.added = added;
        }

        void take(String type, JsonNode event) {
            assertThat(done.isNull()).as("%s after the item was done", type).isTrue();
            if (type.equals("response.output_item.done")) {
                done = event.path("item");
                for (String constant : List.of("id", "type", "name", "call_id", "role", "server_label")) {
                    assertThat(done.path(constant)).isEqualTo(added.path(constant));
                }
                return;
            }
            assertThat(event.path("item_id")).isEqualTo(added.path("id"));
            String place = event.path("content_index").asString("-")
                    + event.path("summary_index").asString("-");
            if (type.endsWith("_part.added")) {
                assertThat(texts.put(place, new StringBuilder())).as(type).isNull();
            } else if (type.endsWith(".delta")) {
                boolean inPart = !type.contains("arguments");
                assertThat(texts.containsKey(place) || !inPart).as(type).isTrue();
                texts.computeIfAbsent(place, _ -> new StringBuilder())
                        .append(event.path("delta").asString());
            } else if (type.endsWith(".done")) {
                assertThat(wholeText(event)).isEqualTo(String.valueOf(texts.getOrDefault(place, new StringBuilder())));
            }
        }

        private static String wholeText(JsonNode event) {
            JsonNode from = event.has("part") ? event.path("part") : event;
            for (String name : List.of("text", "refusal", "arguments")) {
                if (from.has(name)) {
                    return from.path(name).asString();
                }
            }
            throw new AssertionError("no text in " + event);
        }
    }
}
