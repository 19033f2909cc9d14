package dev.turnpike.model;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.turnpike.tokens.Usage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// Three clients that make an answer of a stream's bytes, each whole but for the network: theirs are given an HTTP
/// client that answers every request with these bytes.
final class AnswerParsers {
    /// What an answer says, and what it cost.
    record Parsed(String text, long outputTokens) {}

    interface AnswerParser {
        Parsed parse() throws IOException, ModelException;
    }

    private AnswerParsers() {}

    static AnswerParser ours(byte[] stream) {
        return () -> {
            var answer = new Accumulator(_ -> {}, () -> "call");
            new AnswerReader(answer, "gpt-4o-mini", Long.MAX_VALUE).read(new ByteArrayInputStream(stream));
            answer.end();
            Usage usage = Objects.requireNonNull(answer.usage());
            return new Parsed(answer.answer(usage, Served.by("gpt-4o-mini")).text(), usage.outputTokens());
        };
    }

    static AnswerParser openAiJava(byte[] stream) {
        OpenAIClient client = new OpenAIClientImpl(ClientOptions.builder()
                .httpClient(new OpenAiBytes(stream))
                .apiKey("none")
                .build());
        var request = ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .addUserMessage("Go on.")
                .build();
        return () -> {
            var answer = ChatCompletionAccumulator.create();
            try (StreamResponse<ChatCompletionChunk> chunks =
                    client.chat().completions().createStreaming(request)) {
                chunks.stream().forEach(answer::accumulate);
            }
            var whole = answer.chatCompletion();
            return new Parsed(
                    whole.choices().getFirst().message().content().orElse(""),
                    whole.usage().orElseThrow().completionTokens());
        };
    }

    static AnswerParser langChain4j(byte[] stream) {
        var model = OpenAiStreamingChatModel.builder()
                .httpClientBuilder(new LangChainBytes(stream))
                .apiKey("none")
                .modelName("gpt-4o-mini")
                .build();
        return () -> {
            var answer = new WholeAnswer();
            model.chat("Go on.", answer);
            return answer.parsed.join();
        };
    }

    private static final class WholeAnswer implements StreamingChatResponseHandler {
        final CompletableFuture<Parsed> parsed = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String delta) {}

        @Override
        public void onCompleteResponse(ChatResponse response) {
            parsed.complete(new Parsed(
                    response.aiMessage().text(), response.tokenUsage().outputTokenCount()));
        }

        @Override
        public void onError(Throwable failure) {
            parsed.completeExceptionally(failure);
        }
    }

    private static final class OpenAiBytes implements com.openai.core.http.HttpClient {
        private final byte[] stream;

        OpenAiBytes(byte[] stream) {
            this.stream = stream;
        }

        @Override
        public com.openai.core.http.HttpResponse execute(
                com.openai.core.http.HttpRequest request, RequestOptions options) {
            return new OpenAiAnswer(new ByteArrayInputStream(stream));
        }

        @Override
        public CompletableFuture<com.openai.core.http.HttpResponse> executeAsync(
                com.openai.core.http.HttpRequest request, RequestOptions options) {
            return CompletableFuture.completedFuture(execute(request, options));
        }

        @Override
        public void close() {}
    }

    private record OpenAiAnswer(InputStream body) implements com.openai.core.http.HttpResponse {
        @Override
        public int statusCode() {
            return 200;
        }

        @Override
        public Headers headers() {
            return Headers.builder().put("Content-Type", "text/event-stream").build();
        }

        @Override
        public void close() {}
    }

    private static final class LangChainBytes implements HttpClientBuilder, HttpClient {
        private final byte[] stream;

        LangChainBytes(byte[] stream) {
            this.stream = stream;
        }

        @Override
        public SuccessfulHttpResponse execute(HttpRequest request) {
            throw new UnsupportedOperationException("streams only");
        }

        @Override
        public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
            listener.onOpen(SuccessfulHttpResponse.builder()
                    .statusCode(200)
                    .headers(Map.of())
                    .build());
            parser.parse(new ByteArrayInputStream(stream), listener);
            listener.onClose();
        }

        @Override
        public HttpClient build() {
            return this;
        }

        @Override
        public Duration connectTimeout() {
            return Duration.ZERO;
        }

        @Override
        public HttpClientBuilder connectTimeout(Duration timeout) {
            return this;
        }

        @Override
        public Duration readTimeout() {
            return Duration.ZERO;
        }

        @Override
        public HttpClientBuilder readTimeout(Duration timeout) {
            return this;
        }
    }
}
