package dev.turnpike.api;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.model.ModelException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// What of a model's answer has reached a client, whichever wire it came on; empty where there is nothing.
///
/// @param end `stop`, `length`, `content_filter`, `tool_calls`, or `failed` and the error's code
/// @param calls each as its id, its name and its arguments; ids of ours as `gen_1`, `gen_2`, …
/// @param usage as in the fixtures
record Shown(String end, String reasoning, String text, String refusal, List<String> calls, String usage) {

    private static final String FAILED = "failed";

    /// What an `.expected` file of the fixtures promises.
    static Shown expected(String file) {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        for (String line : file.strip().lines().toList()) {
            String[] parts = line.split(": ", 2);
            lines.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1]);
        }
        String end = lines.containsKey("fails")
                ? FAILED + " " + Kind.valueOf(only(lines, "fails")).code()
                : switch (only(lines, "finish")) {
                    case "LENGTH" -> "length";
                    case "CONTENT_FILTER" -> "content_filter";
                    case "TOOL_CALLS" -> "tool_calls";
                    default -> "stop";
                };
        return new Shown(
                end,
                only(lines, "reasoning"),
                only(lines, "text"),
                only(lines, "refusal"),
                lines.getOrDefault("call", List.of()),
                only(lines, "usage"));
    }

    private static String only(Map<String, List<String>> lines, String name) {
        return String.join("", lines.getOrDefault(name, List.of()));
    }

    boolean failed() {
        return end.startsWith(FAILED);
    }

    /// Where nothing but the error is told.
    Shown onlyTheEnd() {
        return new Shown(end, "", "", "", List.of(), "");
    }

    /// Where the error is told in few words: a response object knows but OpenAI's codes.
    Shown withoutCode() {
        return new Shown(failed() ? FAILED : end, reasoning, text, refusal, calls, usage);
    }

    /// A call that the limit cut off is shown with the others only where the wire can't take it back.
    Shown withoutCalls() {
        return new Shown(end, reasoning, text, refusal, List.of(), usage);
    }

    Shown withoutUsage() {
        return new Shown(end, reasoning, text, refusal, calls, "");
    }

    static Shown error(Answer answer) {
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        return new Shown(FAILED + " " + answer.code(), "", "", "", List.of(), "");
    }

    /// A response object.
    static Shown response(JsonNode response) {
        List<String> calls = new ArrayList<>();
        var reasoning = new StringBuilder();
        var text = new StringBuilder();
        var refusal = new StringBuilder();
        for (JsonNode item : response.path("output")) {
            for (JsonNode part : item.path("content")) {
                text.append(part.path("text").asString(""));
                refusal.append(part.path("refusal").asString(""));
            }
            for (JsonNode part : item.path("summary")) {
                reasoning.append(part.path("text").asString(""));
            }
            if (isWholeCall(item)) {
                calls.add(call(item, item.path("arguments").asString()));
            }
        }
        JsonNode usage = response.path("usage");
        return new Shown(
                end(response, !calls.isEmpty()),
                reasoning.toString(),
                text.toString(),
                refusal.toString(),
                renamed(calls),
                usage(usage, "input_tokens", "output_tokens"));
    }

    private static boolean isWholeCall(JsonNode item) {
        return item.path("type").asString().equals("function_call")
                && item.path("status").asString().equals("completed");
    }

    private static String call(JsonNode item, String arguments) {
        return item.path("call_id").asString() + " " + item.path("name").asString() + " " + arguments;
    }

    private static String end(JsonNode response, boolean calls) {
        return switch (response.path("status").asString()) {
            case "completed" -> calls ? "tool_calls" : "stop";
            case "incomplete" -> {
                String reason = response.at("/incomplete_details/reason").asString();
                yield reason.equals("max_output_tokens") ? "length" : reason;
            }
            case "failed" -> FAILED;
            case String other -> other;
        };
    }

    /// The deltas of a stream of the Responses API, joined; its end and usage are those of the final object.
    static Shown responseEvents(List<JsonNode> events) {
        Map<String, StringBuilder> texts = new LinkedHashMap<>();
        Map<String, StringBuilder> arguments = new LinkedHashMap<>();
        List<String> calls = new ArrayList<>();
        String end = "";
        for (JsonNode event : events) {
            String type = event.path("type").asString();
            String delta = event.path("delta").asString("");
            if (type.equals("response.function_call_arguments.delta")) {
                arguments
                        .computeIfAbsent(event.path("item_id").asString(), _ -> new StringBuilder())
                        .append(delta);
            } else if (type.equals("error")) {
                end = FAILED + " " + event.at("/error/code").asString();
            } else if (type.endsWith(".delta")) {
                texts.computeIfAbsent(type, _ -> new StringBuilder()).append(delta);
            } else if (type.equals("response.output_item.done") && isWholeCall(event.path("item"))) {
                JsonNode item = event.path("item");
                calls.add(
                        call(item, String.valueOf(arguments.get(item.path("id").asString()))));
            }
        }
        Shown last = response(events.getLast().path("response"));
        return new Shown(
                last.failed() ? end : last.end,
                text(texts, "response.reasoning_summary_text.delta"),
                text(texts, "response.output_text.delta"),
                text(texts, "response.refusal.delta"),
                renamed(calls),
                last.usage);
    }

    private static String text(Map<String, StringBuilder> texts, String name) {
        return texts.getOrDefault(name, new StringBuilder()).toString();
    }

    /// A chat completion object.
    static Shown completion(JsonNode completion) {
        JsonNode message = completion.at("/choices/0/message");
        List<String> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
            calls.add(chatCall(call, call.at("/function/arguments").asString()));
        }
        return new Shown(
                completion.at("/choices/0/finish_reason").asString(),
                message.path("reasoning_content").asString(""),
                message.path("content").asString(""),
                message.path("refusal").asString(""),
                renamed(calls),
                usage(completion.path("usage"), "prompt_tokens", "completion_tokens"));
    }

    private static String chatCall(JsonNode call, String arguments) {
        return call.path("id").asString() + " " + call.at("/function/name").asString() + " " + arguments;
    }

    /// The chunks of a chat completion, joined.
    static Shown chunks(List<JsonNode> chunks) {
        Map<Integer, String> names = new LinkedHashMap<>();
        Map<Integer, StringBuilder> arguments = new LinkedHashMap<>();
        String end = "";
        for (JsonNode chunk : chunks) {
            for (JsonNode call : chunk.at("/choices/0/delta/tool_calls")) {
                int index = call.path("index").asInt();
                names.putIfAbsent(index, chatCall(call, ""));
                arguments
                        .computeIfAbsent(index, _ -> new StringBuilder())
                        .append(call.at("/function/arguments").asString(""));
            }
            end += chunk.has("error")
                    ? FAILED + " " + chunk.at("/error/code").asString("")
                    : chunk.at("/choices/0/finish_reason").asString("");
        }
        return new Shown(
                end,
                joined(chunks, "reasoning_content"),
                joined(chunks, "content"),
                joined(chunks, "refusal"),
                renamed(names.entrySet().stream()
                        .map(call -> call.getValue() + arguments.get(call.getKey()))
                        .toList()),
                usage(chunks.getLast().path("usage"), "prompt_tokens", "completion_tokens"));
    }

    private static String joined(List<JsonNode> chunks, String field) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta").path(field).asString(""))
                .filter(Predicate.not(String::isEmpty))
                .collect(joining());
    }

    private static String usage(JsonNode usage, String input, String output) {
        String side = input.equals("input_tokens") ? "input_tokens_details" : "prompt_tokens_details";
        String other = input.equals("input_tokens") ? "output_tokens_details" : "completion_tokens_details";
        return "input %d, cached %d, output %d, reasoning %d"
                .formatted(
                        usage.path(input).asLong(0),
                        usage.path(side).path("cached_tokens").asLong(0),
                        usage.path(output).asLong(0),
                        usage.path(other).path("reasoning_tokens").asLong(0));
    }

    private static List<String> renamed(List<String> calls) {
        List<String> renamed = new ArrayList<>();
        int generated = 0;
        for (String call : calls) {
            boolean ours = call.startsWith("call_");
            generated += ours ? 1 : 0;
            renamed.add(ours ? call.replaceFirst("call_[0-9a-z]+", "gen_" + generated) : call);
        }
        return renamed;
    }
}
