package dev.turnpike.demo;

import com.sun.net.httpserver.HttpExchange;
import dev.turnpike.demo.Reply.Call;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    private static final Duration UNTIL_READ = Duration.ofMillis(100);
    private static final Duration DRIP = Duration.ofMillis(300);

    /// One token, however often it comes.
    private static final String MORE = " more";

    /// In one chunk.
    private static final int ENDLESS_WORDS = 100;

    private final ChatRequest request;
    private final String promptText;
    private final Optional<Directive.Way> fault;
    private final TokenMeter meter;
    private final Duration pace;
    private final CountDownLatch closing;
    private final ChatWriter writer;
    /// What went out so far.
    private final StringBuilder said = new StringBuilder();

    /// Of what went out after that.
    private long moreTokens;

    private boolean counted;

    /// @param fault what becomes of the answer instead of its end
    /// @param closing ends a stall when the model itself ends
    Completion(
            ChatRequest request,
            String promptText,
            Optional<Directive.Way> fault,
            TokenMeter meter,
            Duration pace,
            CountDownLatch closing) {
        this.request = request;
        this.promptText = promptText;
        this.fault = fault;
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
            meter.broken(request.model(), meter.count(promptText), meter.count(said.toString()) + moreTokens);
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
        if (fault.isPresent()) {
            breakOffBeforeItBegins(fault.get());
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
            case Reply.Calls(var calls) -> streamCalls(out, calls);
        }
        if (fault.isPresent()) {
            breakOff(out, fault.get());
            exchange.close();
            return;
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
        int most = fault.isPresent() ? WORDS_BEFORE_FAULT : Integer.MAX_VALUE;
        for (String word : BETWEEN_WORDS.splitAsStream(text).limit(most).toList()) {
            pause();
            writer.text(out, word);
            said.append(word);
        }
    }

    /// A fault leaves the first call's name.
    private void streamCalls(OutputStream out, List<Call> calls) throws IOException {
        for (int i = 0; i < calls.size(); i++) {
            pause();
            writer.callName(out, i, calls.get(i));
            said.append(calls.get(i).name());
            if (fault.isPresent()) {
                return;
            }
            writer.callArguments(out, i, calls.get(i));
            said.append(calls.get(i).arguments());
        }
    }

    /// Returns where the answer shall look as if it were complete.
    private void breakOff(OutputStream out, Directive.Way way) throws IOException {
        switch (way) {
            case STALL -> {
                countBroken();
                await(Duration.ofDays(1));
            }
            case CUT -> {
                // What was said shall be read first: a reader forgets what it has not read when a connection breaks.
                await(UNTIL_READ);
                throw brokenOff();
            }
            case GARBAGE -> {
                countBroken();
                ChatWriter.garbage(out);
            }
            case NO_END -> countBroken();
            case ENDLESS -> goOn(out, pace, ENDLESS_WORDS);
            case DRIP -> goOn(out, DRIP, 1);
        }
    }

    /// An answer in one piece is there or not.
    private void breakOffBeforeItBegins(Directive.Way way) throws IOException {
        if (way == Directive.Way.STALL) {
            countBroken();
            await(Duration.ofDays(1));
        }
        throw brokenOff();
    }

    private static IOException brokenOff() {
        return new IOException("broken off as asked");
    }

    /// Until the client goes. Words are counted as they go out, for there is no end to keep them for.
    private void goOn(OutputStream out, Duration pause, int words) throws IOException {
        while (true) {
            if (pause.isPositive()) {
                await(pause);
            }
            writer.text(out, MORE.repeat(words));
            moreTokens += words;
        }
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
