package dev.turnpike.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// One answer of the demo model, from the script to the meter.
final class Completion {
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=\\S)(?=\\s)");

    /// What a fault leaves of an answer.
    private static final int WORDS_BEFORE_FAULT = 3;

    private final ChatRequest request;
    private final String promptText;
    private final TokenMeter meter;
    private final Duration pace;
    private final CountDownLatch closing;
    private final ChatWriter writer;
    private boolean counted;

    /// @param closing ends a stall when the model itself ends
    Completion(ChatRequest request, String promptText, TokenMeter meter, Duration pace, CountDownLatch closing) {
        this.request = request;
        this.promptText = promptText;
        this.meter = meter;
        this.pace = pace;
        this.closing = closing;
        String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
        this.writer = new ChatWriter(id, Instant.now().getEpochSecond(), request.model());
    }

    void answer(HttpExchange exchange) throws IOException {
        Reply full = Script.reply(request);
        Reply reply = shortened(full);
        String finishReason = reply instanceof Reply.Calls ? "tool_calls" : reply.equals(full) ? "stop" : "length";
        try {
            if (request.output().stream()) {
                stream(exchange, reply, finishReason);
            } else {
                sendWhole(exchange, reply, finishReason);
            }
        } catch (IOException e) {
            countBroken();
            // The server closes the connection without a final chunk when it sees this.
            throw e;
        }
    }

    private void countBroken() {
        if (!counted) {
            counted = true;
            meter.broken(request.model());
        }
    }

    /// Before the last byte is sent: whoever has seen it may compare the books.
    private void countAnswered(int promptTokens, int completionTokens) {
        counted = true;
        meter.answered(request.model(), promptTokens, completionTokens);
    }

    private Reply shortened(Reply reply) {
        return reply instanceof Reply.Text(String text)
                ? new Reply.Text(meter.cut(text, request.output().maxTokens()))
                : reply;
    }

    private void sendWhole(HttpExchange exchange, Reply reply, String finishReason) throws IOException {
        Optional<Directive> fault = fault();
        if (fault.isPresent()) {
            breakOff(fault.get());
        }
        int promptTokens = meter.count(promptText);
        int completionTokens = completionTokens(reply);
        byte[] body = writer.whole(reply, finishReason, promptTokens, completionTokens);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        countAnswered(promptTokens, completionTokens);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void stream(HttpExchange exchange, Reply reply, String finishReason) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        writer.begin(out);
        switch (reply) {
            case Reply.Text(String text) -> streamWords(out, text);
            case Reply.Calls(var calls) -> {
                for (int i = 0; i < calls.size(); i++) {
                    pause();
                    writer.call(out, i, calls.get(i));
                }
            }
        }
        writer.finish(out, finishReason);
        int promptTokens = meter.count(promptText);
        int completionTokens = completionTokens(reply);
        if (request.output().includeUsage()) {
            writer.usage(out, promptTokens, completionTokens);
        }
        countAnswered(promptTokens, completionTokens);
        ChatWriter.done(out);
        exchange.close();
    }

    private void streamWords(OutputStream out, String text) throws IOException {
        Optional<Directive> fault = fault();
        int words = 0;
        for (String word : BETWEEN_WORDS.splitAsStream(text).toList()) {
            if (fault.isPresent() && words == WORDS_BEFORE_FAULT) {
                breakOff(fault.get());
            }
            pause();
            writer.text(out, word);
            words++;
        }
    }

    private Optional<Directive> fault() {
        return Directive.in(request.question())
                .filter(directive -> directive instanceof Directive.Stall || directive instanceof Directive.Cut);
    }

    private void breakOff(Directive fault) throws IOException {
        countBroken();
        if (fault instanceof Directive.Stall) {
            await(Duration.ofDays(1));
        }
        throw new IOException("broken off as asked");
    }

    private void pause() throws IOException {
        if (pace.isPositive()) {
            await(pace);
        }
    }

    private void await(Duration duration) throws IOException {
        try {
            if (closing.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new InterruptedIOException("the demo model ends");
            }
        } catch (InterruptedException _) {
            throw new InterruptedIOException("the demo model ends");
        }
    }

    private int completionTokens(Reply reply) {
        return switch (reply) {
            case Reply.Text(String text) -> meter.count(text);
            case Reply.Calls(var calls) ->
                calls.stream()
                        .mapToInt(call -> meter.count(call.name()) + meter.count(call.arguments()))
                        .sum();
        };
    }
}
