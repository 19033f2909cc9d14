package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.e2e.Endpoint.Event;
import dev.turnpike.stack.Stack;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a caller who streams relies on, whatever the stack runs on. The demo model must pause between words.
interface StreamingScenarios {
    Stack stack();

    @Test
    default void deltasArriveWhileTheModelStillSpeaks() {
        try (var endpoint = new Endpoint(stack())) {
            var meter = stack().demoModel().orElseThrow().meter();
            long before = meter.totals("gpt-4o-mini").answered();
            List<Long> answeredAtDelta = new ArrayList<>();
            endpoint.stream("""
                {"model": "gpt-4o-mini", "stream": true, "input": "[words: 30]"}
                """, event -> {
                if (event.name().equals("response.output_text.delta")) {
                    answeredAtDelta.add(meter.totals("gpt-4o-mini").answered());
                }
            });
            // The model counts an answer when it has said its last word. All but the last few deltas came before that.
            assertThat(answeredAtDelta).hasSizeGreaterThan(10);
            assertThat(answeredAtDelta.subList(0, 10)).containsOnly(before);
            assertThat(meter.totals("gpt-4o-mini").answered()).isEqualTo(before + 1);
        }
    }

    @Test
    default void aStreamEndsWithTheWholeResponseItsUsageAndItsCost() {
        try (var endpoint = new Endpoint(stack())) {
            List<Event> events = endpoint.stream("""
                {"model": "gpt-4o-mini", "stream": true, "input": "Hello"}
                """, _ -> {});
            assertThat(events.getLast().text()).isEqualTo("[DONE]");
            List<Event> named = events.subList(0, events.size() - 1);
            assertThat(named)
                    .allSatisfy(event ->
                            assertThat(event.json().path("type").asString()).isEqualTo(event.name()));
            assertThat(named.stream()
                            .map(event -> event.json().path("sequence_number").asInt()))
                    .containsExactlyElementsOf(
                            IntStream.range(0, named.size()).boxed().toList());

            Event last = named.getLast();
            assertThat(last.name()).isEqualTo("response.completed");
            JsonNode response = last.json().path("response");
            assertThat(text(named)).startsWith("Hello! I am the demo model").isEqualTo(Endpoint.text(response));
            assertThat(response.path("usage").path("input_tokens").asLong()).isPositive();
            assertThat(response.path("usage").path("output_tokens").asLong()).isPositive();
            assertThat(response.path("turnpike").path("cost_usd").isNumber()).isTrue();
            assertThat(response.path("turnpike").path("cost_usd").decimalValue())
                    .isPositive();
            assertThat(endpoint.read(response.path("id").asString())).isEqualTo(response);
        }
    }

    @Test
    default void theNextRequestKnowsWhatWasSaid() {
        try (var endpoint = new Endpoint(stack())) {
            String first = streamed(endpoint, "My name is Ada", null).path("id").asString();
            JsonNode second = streamed(endpoint, "What is my name?", first);
            assertThat(Endpoint.text(second)).contains("Your name is Ada.");
            assertThat(second.path("previous_response_id").asString()).isEqualTo(first);
        }
    }

    @Test
    default void anOlderResponseForksTheConversation() {
        try (var endpoint = new Endpoint(stack())) {
            String first = streamed(endpoint, "My name is Ada", null).path("id").asString();
            String second =
                    streamed(endpoint, "My name is Grace", first).path("id").asString();
            JsonNode forked = streamed(endpoint, "What is my name?", first);
            assertThat(Endpoint.text(forked)).contains("Your name is Ada.");
            assertThat(Endpoint.text(streamed(endpoint, "What is my name?", second)))
                    .contains("Your name is Grace.");
            assertThat(Endpoint.text(
                            streamed(endpoint, "Who am I?", forked.path("id").asString())))
                    .contains("Your name is Ada.");
        }
    }

    @Test
    default void everyAnswerNamesItsRequest() {
        try (var endpoint = new Endpoint(stack())) {
            List<HttpResponse<String>> answers = List.of(
                    endpoint.post("{\"model\": \"gpt-4o-mini\", \"input\": \"Hello\"}"),
                    endpoint.post("{\"model\": \"gpt-4o-mini\"}"),
                    endpoint.get("/v1/responses/resp_unknown"),
                    endpoint.get("/v1/nothing"),
                    endpoint.send(endpoint.request("/v1/responses")
                            .setHeader("Authorization", "Bearer tp_local_wrong")
                            .POST(BodyPublishers.ofString("{}"))));
            assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactly(200, 400, 404, 404, 401);
            assertThat(answers.stream()
                            .map(answer ->
                                    answer.headers().firstValue("x-request-id").orElse("")))
                    .doesNotContain("")
                    .doesNotHaveDuplicates();
        }
    }

    private static JsonNode streamed(Endpoint endpoint, String input, @Nullable String previous) {
        var body = Endpoint.MAPPER
                .createObjectNode()
                .put("model", "gpt-4o-mini")
                .put("stream", true)
                .put("input", input)
                .put("previous_response_id", previous);
        List<Event> events = endpoint.stream(body.toString(), _ -> {});
        return events.get(events.size() - 2).json().path("response");
    }

    private static String text(List<Event> events) {
        var text = new StringBuilder();
        for (Event event : events) {
            if (event.name().equals("response.output_text.delta")) {
                text.append(event.json().path("delta").asString());
            }
        }
        return text.toString();
    }
}
