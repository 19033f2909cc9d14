package dev.turnpike.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.responses.WireJson;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A stream as somebody gets it who knows the rules: events are numbered without a gap, and a `response.in_progress`
/// says
/// what counts of all that came before it.
final class ShownStream {
    private static final JsonMapper MAPPER = WireJson.mapper();
    static final String KEEP_ALIVE = ": keep-alive\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    final String text;
    final List<JsonNode> events = new ArrayList<>();

    ShownStream(String text) {
        this.text = text;
        for (String frame : withoutComments().replace(DONE, "").split("(?<=\n\n)", -1)) {
            if (!frame.isEmpty()) {
                assertThat(frame).startsWith("event: ").endsWith("}\n\n");
                events.add(MAPPER.readTree(frame.substring(frame.indexOf("data: ") + "data: ".length())));
            }
        }
    }

    String withoutComments() {
        return text.replace(KEEP_ALIVE, "");
    }

    List<String> types() {
        return events.stream()
                .map(event -> event.path("type").asString().replace("response.", ""))
                .toList();
    }

    long count(String type) {
        return types().stream().filter(type::equals).count();
    }

    boolean ended() {
        return text.endsWith(DONE);
    }

    /// The output that it led to.
    List<JsonNode> output() {
        List<JsonNode> output = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            JsonNode event = events.get(i);
            assertThat(event.path("sequence_number").asInt()).isEqualTo(i);
            take(event, output);
        }
        return output;
    }

    private static void take(JsonNode event, List<JsonNode> output) {
        int index = event.path("output_index").asInt();
        switch (event.path("type").asString()) {
            case "response.created", "response.in_progress" -> {
                output.clear();
                event.path("response").path("output").forEach(output::add);
            }
            case "response.output_item.added" -> {
                assertThat(index).isEqualTo(output.size());
                output.add(event.path("item"));
            }
            case "response.output_item.done" -> {
                assertThat(event.path("item").path("id"))
                        .isEqualTo(output.get(index).path("id"));
                output.set(index, event.path("item"));
            }
            case "response.completed", "response.failed", "response.incomplete" ->
                assertThat(event.path("response").path("output").valueStream().toList())
                        .isEqualTo(output);
            default -> {
                if (event.has("item_id")) {
                    assertThat(event.path("item_id"))
                            .isEqualTo(output.get(index).path("id"));
                }
            }
        }
    }
}
