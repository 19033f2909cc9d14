package dev.turnpike.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.demo.Reply.Call;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One answer on the wire of Chat Completions, whole or in chunks.
final class ChatWriter {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String id;
    private final long createdSeconds;
    private final String model;

    ChatWriter(String id, long createdSeconds, String model) {
        this.id = id;
        this.createdSeconds = createdSeconds;
        this.model = model;
    }

    /// The whole answer as one JSON object.
    byte[] whole(Reply reply, String finishReason, int promptTokens, int completionTokens) {
        ObjectNode answer = head("chat.completion");
        ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        switch (reply) {
            case Reply.Text(String text) -> message.put("content", text);
            case Reply.Calls(List<Call> calls) -> {
                message.putNull("content");
                ArrayNode array = message.putArray("tool_calls");
                for (int i = 0; i < calls.size(); i++) {
                    call(array.addObject(), i, calls.get(i))
                            .put("arguments", calls.get(i).arguments());
                }
            }
        }
        message.putNull("refusal");
        choice.putNull("logprobs").put("finish_reason", finishReason);
        answer.set("usage", usage(promptTokens, completionTokens));
        return MAPPER.writeValueAsBytes(answer);
    }

    void begin(OutputStream out) throws IOException {
        ObjectNode delta = JSON.objectNode().put("role", "assistant").put("content", "");
        send(out, chunk(delta, null));
    }

    void text(OutputStream out, String piece) throws IOException {
        send(out, chunk(JSON.objectNode().put("content", piece), null));
    }

    /// Its arguments follow.
    void callName(OutputStream out, int index, Call call) throws IOException {
        ObjectNode named = JSON.objectNode();
        call(named.putArray("tool_calls").addObject().put("index", index), index, call)
                .put("arguments", "");
        send(out, chunk(named, null));
    }

    void callArguments(OutputStream out, int index, Call call) throws IOException {
        ObjectNode arguments = JSON.objectNode();
        arguments
                .putArray("tool_calls")
                .addObject()
                .put("index", index)
                .putObject("function")
                .put("arguments", call.arguments());
        send(out, chunk(arguments, null));
    }

    void finish(OutputStream out, String finishReason) throws IOException {
        send(out, chunk(JSON.objectNode(), finishReason));
    }

    void usage(OutputStream out, int promptTokens, int completionTokens) throws IOException {
        ObjectNode chunk = head("chat.completion.chunk");
        chunk.putArray("choices");
        chunk.set("usage", usage(promptTokens, completionTokens));
        send(out, chunk);
    }

    /// Half a chunk.
    static void garbage(OutputStream out) throws IOException {
        out.write("data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"half\n\n".getBytes(UTF_8));
        out.flush();
    }

    static void done(OutputStream out) throws IOException {
        out.write("data: [DONE]\n\n".getBytes(UTF_8));
        out.flush();
    }

    private ObjectNode head(String object) {
        return JSON.objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", createdSeconds)
                .put("model", model);
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = head("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        return chunk;
    }

    /// @return where the arguments belong
    private ObjectNode call(ObjectNode json, int index, Call call) {
        return json.put("id", "call_" + id.substring(id.indexOf('-') + 1) + "_" + index)
                .put("type", "function")
                .putObject("function")
                .put("name", call.name());
    }

    private static ObjectNode usage(int promptTokens, int completionTokens) {
        ObjectNode usage = JSON.objectNode()
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
        return usage;
    }

    private static void send(OutputStream out, ObjectNode chunk) throws IOException {
        out.write(("data: " + MAPPER.writeValueAsString(chunk) + "\n\n").getBytes(UTF_8));
        out.flush();
    }
}
