package dev.turnpike.model;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.json.MalformedJsonException;
import dev.turnpike.model.Chunk.CallPiece;
import dev.turnpike.tokens.Usage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the chunks of one answer straight from their bytes, or a whole answer: the two differ by `delta` and `message`
/// only.
///
/// Tolerant of what providers leave out, add, or send as another type; strict about JSON itself.
final class ChunkParser {
    /// Far above what any model counts, and far enough below overflow that sums are safe.
    private static final double MAX_TOKENS = 1e12;

    private final JsonCursor json = new JsonCursor();
    private String text = "";
    private String refusal = "";
    private String reasoning = "";
    private List<CallPiece> calls = List.of();
    private String finishReason = "";
    private @Nullable ReportedUsage usage;
    private String serviceTier = "";
    private boolean failed;

    /// @throws MalformedJsonException the bytes are not one JSON object
    Chunk parse(byte[] bytes, int offset, int length) {
        clear();
        json.begin(bytes, offset, length);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "choices" -> choices();
                case "usage" -> usage();
                case "service_tier" -> serviceTier();
                case "x_groq" -> groq();
                case "error" -> failed |= json.truth();
                case "object" -> failed |= json.isString("error");
                default -> json.skip();
            }
        }
        json.end();
        return new Chunk(text, refusal, reasoning, calls, finishReason, usage, serviceTier, failed);
    }

    private void clear() {
        text = "";
        refusal = "";
        reasoning = "";
        calls = List.of();
        finishReason = "";
        usage = null;
        serviceTier = "";
        failed = false;
    }

    private void choices() {
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "delta", "message" -> delta();
                    case "finish_reason" -> finishReason();
                    case "usage" -> usage();
                    case "error" -> failed |= json.truth();
                    default -> json.skip();
                }
            }
        }
    }

    private void finishReason() {
        finishReason = json.string();
        failed |= finishReason.equals("error");
    }

    /// Reasoning under several names is the same reasoning; a `function_call` beside `tool_calls` is the same call.
    private void delta() {
        String reasoningContent = "";
        String plainReasoning = "";
        String reasoningDetails = "";
        CallPiece legacyCall = null;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "content" -> content();
                case "refusal" -> refusal = joined(refusal, json.string());
                case "reasoning_content" -> reasoningContent = json.string();
                case "reasoning" -> plainReasoning = json.string();
                case "reasoning_details" -> reasoningDetails = texts();
                case "tool_calls" -> toolCalls();
                case "function_call" -> legacyCall = function().at(0, "");
                default -> json.skip();
            }
        }
        reasoning = joined(reasoning, firstNonEmpty(reasoningContent, plainReasoning, reasoningDetails));
        if (legacyCall != null && calls.isEmpty()) {
            calls = List.of(legacyCall);
        }
    }

    private void content() {
        if (json.isArray()) {
            for (boolean more = json.firstElement(); more; more = json.nextElement()) {
                part();
            }
        } else {
            part();
        }
    }

    private void part() {
        if (json.isString()) {
            text = joined(text, json.string());
            return;
        }
        String type = "";
        String words = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "type" -> type = json.string();
                case "text" -> words = json.string();
                case "refusal" -> refusal = joined(refusal, json.string());
                case "thinking" -> reasoning = joined(reasoning, texts());
                default -> json.skip();
            }
        }
        if (type.equals("thinking") || type.equals("reasoning")) {
            reasoning = joined(reasoning, words);
        } else {
            text = joined(text, words);
        }
    }

    /// A string, or the texts of an array of parts, joined.
    private String texts() {
        if (json.isString()) {
            return json.string();
        }
        var texts = new StringBuilder();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "text", "summary" -> texts.append(json.string());
                    default -> json.skip();
                }
            }
        }
        return texts.toString();
    }

    private void toolCalls() {
        var pieces = new ArrayList<CallPiece>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            int index = Chunk.NO_INDEX;
            String id = "";
            CallPiece function = CallPiece.EMPTY;
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "index" -> index = json.intOr(Chunk.NO_INDEX);
                    case "id" -> id = json.string();
                    case "function" -> function = function();
                    default -> json.skip();
                }
            }
            pieces.add(function.at(index, id));
        }
        calls = pieces;
    }

    private CallPiece function() {
        String name = "";
        String arguments = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> name = json.string();
                case "arguments" -> arguments = json.stringOrJson();
                default -> json.skip();
            }
        }
        return new CallPiece(Chunk.NO_INDEX, "", name, arguments);
    }

    private void serviceTier() {
        String tier = json.string();
        serviceTier = tier.isEmpty() ? serviceTier : tier;
    }

    private void groq() {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "usage" -> usage();
                case "error" -> failed |= json.truth();
                default -> json.skip();
            }
        }
    }

    /// Usage without tokens says nothing: no call costs none at all.
    private void usage() {
        long input = 0;
        var inputParts = new InputParts(0, 0);
        long output = 0;
        long reasoned = 0;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "prompt_tokens" -> input = tokens();
                case "completion_tokens" -> output = tokens();
                case "prompt_tokens_details" -> inputParts = inputParts.or(inputParts());
                case "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens" ->
                    inputParts = inputParts.or(new InputParts(tokens(), 0));
                case "cache_creation_input_tokens" -> inputParts = inputParts.or(new InputParts(0, tokens()));
                case "completion_tokens_details" -> reasoned = reasoningTokens();
                case "service_tier" -> serviceTier();
                default -> json.skip();
            }
        }
        if (input != 0 || output != 0) {
            report(input, inputParts, output, reasoned);
        }
    }

    private void report(long input, InputParts parts, long output, long reasoned) {
        Usage possible = Usage.reported(input, parts.cached(), output, reasoned).withCacheWriteTokens(parts.written());
        boolean sensible = possible.totalTokens() < MAX_TOKENS
                && possible.inputTokens() == input
                && possible.cachedTokens() == parts.cached()
                && possible.cacheWriteTokens() == parts.written()
                && possible.outputTokens() == output
                && possible.reasoningTokens() == reasoned;
        usage = new ReportedUsage(possible, sensible);
    }

    /// Tokens of the prompt that a cache had to do with. Providers and proxies name them in several ways, often in more
    /// than one at once.
    private record InputParts(long cached, long written) {
        /// What either says. A negative number, which makes no sense, is kept to be noticed.
        InputParts or(InputParts other) {
            return new InputParts(either(cached, other.cached), either(written, other.written));
        }

        private static long either(long one, long other) {
            return one < 0 || other < 0 ? Math.min(one, other) : Math.max(one, other);
        }
    }

    private InputParts inputParts() {
        var parts = new InputParts(0, 0);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "cached_tokens" -> parts = parts.or(new InputParts(tokens(), 0));
                case "cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens" ->
                    parts = parts.or(new InputParts(0, tokens()));
                default -> json.skip();
            }
        }
        return parts;
    }

    private long reasoningTokens() {
        long tokens = 0;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (field.equals("reasoning_tokens")) {
                tokens = tokens();
            } else {
                json.skip();
            }
        }
        return tokens;
    }

    private long tokens() {
        return (long) Math.min(json.number(), MAX_TOKENS);
    }

    /// Without a copy where there is nothing to join, as in almost every chunk.
    private static String joined(String first, String more) {
        return first.isEmpty() ? more : more.isEmpty() ? first : first + more;
    }

    private static String firstNonEmpty(String first, String second, String third) {
        return !first.isEmpty() ? first : !second.isEmpty() ? second : third;
    }
}
