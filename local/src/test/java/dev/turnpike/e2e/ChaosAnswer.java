package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.tokens.TokenCounter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// A good answer of the chaos model.
///
/// @param words that are sent one by one
/// @param call of a tool that follows them
/// @param cut whether it ends because no more tokens were allowed
record ChaosAnswer(List<String> words, Optional<Call> call, boolean cut) {
    record Call(String tool, String arguments) {}

    /// A chunk of what is sent.
    ///
    /// @param word of the answer that it brings, or nothing
    /// @param usage whether it says what was used
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    record Piece(byte[] bytes, String word, boolean usage) {}

    static ChaosAnswer says(String text) {
        return new ChaosAnswer(List.of(text.split("(?= )")), Optional.empty(), false);
    }

    ChaosAnswer calling(String tool, String arguments) {
        return new ChaosAnswer(words, Optional.of(new Call(tool, arguments)), cut);
    }

    /// As much of it as so many tokens are.
    ChaosAnswer within(long most, TokenCounter tokens) {
        long left = most;
        List<String> within = new ArrayList<>();
        for (String word : words) {
            left -= tokens.count(word);
            if (left < 0) {
                return new ChaosAnswer(within, Optional.empty(), true);
            }
            within.add(word);
        }
        boolean fits = call.isEmpty() || left >= tokens.count(text(call.get()));
        return fits ? this : new ChaosAnswer(within, Optional.empty(), true);
    }

    private static String text(Call call) {
        return call.tool + call.arguments;
    }

    /// Its bytes, the head of the response excluded.
    List<Piece> pieces(long promptTokens, TokenCounter tokens) {
        List<Piece> pieces = new ArrayList<>();
        for (String word : words) {
            pieces.add(new Piece(chunk(event(delta(word))), word, false));
        }
        call.ifPresent(each -> pieces.add(new Piece(chunk(event(delta(each))), text(each), false)));
        String reason = cut ? "length" : call.isPresent() ? "tool_calls" : "stop";
        pieces.add(new Piece(
                chunk(event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}".formatted(reason))),
                "",
                false));
        String all = String.join("", words) + call.map(ChaosAnswer::text).orElse("");
        pieces.add(new Piece(chunk(event(usage(promptTokens, tokens.count(all)))), "", true));
        pieces.add(new Piece(chunk("data: [DONE]\n\n"), "", false));
        pieces.add(new Piece("0\r\n\r\n".getBytes(UTF_8), "", false));
        return pieces;
    }

    private static String usage(long prompt, long completion) {
        return "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}"
                .formatted(prompt, completion, prompt + completion);
    }

    static String delta(String word) {
        ObjectNode chunk = started();
        chunk.withArray("choices")
                .addObject()
                .put("index", 0)
                .putObject("delta")
                .put("content", word);
        return chunk.toString();
    }

    private static String delta(Call call) {
        ObjectNode chunk = started();
        ObjectNode delta =
                chunk.withArray("choices").addObject().put("index", 0).putObject("delta");
        ObjectNode one = delta.putArray("tool_calls")
                .addObject()
                .put("index", 0)
                .put("id", "call_" + Integer.toHexString(call.hashCode()))
                .put("type", "function");
        one.putObject("function").put("name", call.tool).put("arguments", call.arguments);
        return chunk.toString();
    }

    private static ObjectNode started() {
        return Endpoint.MAPPER.createObjectNode().put("id", "chatcmpl-1").put("object", "chat.completion.chunk");
    }

    static String event(String data) {
        return "data: " + data + "\n\n";
    }

    static byte[] chunk(String text) {
        var chunk = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(UTF_8);
        chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        chunk.writeBytes(bytes);
        chunk.writeBytes("\r\n".getBytes(ISO_8859_1));
        return chunk.toByteArray();
    }
}
