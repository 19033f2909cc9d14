package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.catalog.ModelDescription;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// LangChain4j's client for OpenAI, which speaks Chat Completions, with another base URL and nothing else changed.
@Timeout(60)
class LangChain4jTest {
    static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("get_weather")
            .description("The weather in a city")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .required("city")
                    .build())
            .build();
    static final ResponseFormat TRIP = ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder()
                    .name("trip")
                    .rootElement(JsonObjectSchema.builder()
                            .addStringProperty("city")
                            .addIntegerProperty("days")
                            .addBooleanProperty("dry")
                            .required("city", "days", "dry")
                            .build())
                    .build())
            .build();

    private static Stack stack;
    private static OpenAiChatModel model;
    private static OpenAiStreamingChatModel streaming;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        model = model(stack.apiKey());
        streaming = OpenAiStreamingChatModel.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(stack.apiKey())
                .modelName("gpt-4o-mini")
                .build();
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void chats() {
        ChatResponse response = model.chat(SystemMessage.from("Be brief."), UserMessage.from("Hello"));
        assertThat(response.aiMessage().text()).startsWith("Hello! I am the demo model");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().totalTokenCount()).isPositive();
    }

    @Test
    void streamsAChat() throws Exception {
        var seen = new Seen();
        ChatResponse response = stream(seen, ChatRequest.builder(), UserMessage.from("[words: 12]"));
        assertThat(response.aiMessage().text()).startsWith("the toll gate lifts");
        assertThat(seen.text()).isEqualTo(response.aiMessage().text());
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void answersACallOfItsOwnTool() throws Exception {
        ChatMessage question = UserMessage.from("Use get_weather for Oslo");
        ChatResponse streamed = stream(new Seen(), ChatRequest.builder().toolSpecifications(WEATHER), question);
        ChatResponse asked = model.chat(ChatRequest.builder()
                .toolSpecifications(WEATHER)
                .messages(question)
                .build());
        assertThat(asked.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        ToolExecutionRequest call = asked.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(call.arguments()).contains("\"city\"");
        assertThat(streamed.aiMessage().toolExecutionRequests())
                .extracting(ToolExecutionRequest::name, ToolExecutionRequest::arguments)
                .containsExactly(tuple(call.name(), call.arguments()));

        ChatResponse answered = stream(
                new Seen(),
                ChatRequest.builder().toolSpecifications(WEATHER),
                question,
                asked.aiMessage(),
                ToolExecutionResultMessage.from(call, "21 degrees and sunny"));
        assertThat(answered.aiMessage().text()).contains("21 degrees and sunny");
    }

    @Test
    void getsAnAnswerInTheFormThatItAskedFor() throws Exception {
        ChatMessage question = UserMessage.from(Trip.QUESTION);
        Trip.assertAnswer(model.chat(ChatRequest.builder()
                        .messages(question)
                        .responseFormat(TRIP)
                        .build())
                .aiMessage()
                .text());
        Trip.assertAnswer(stream(new Seen(), ChatRequest.builder().responseFormat(TRIP), question)
                .aiMessage()
                .text());
    }

    @Test
    void sendsAnImage() {
        ChatResponse response =
                model.chat(UserMessage.from(TextContent.from("Look at this"), ImageContent.from(Trip.PIXEL)));
        assertThat(response.aiMessage().text()).contains("I see 1 image.");
    }

    @Test
    void sendsTheConversationBack() {
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from("My name is Ada")));
        for (String question : List.of("What is 12 * 34?", "What did I say?", "What is my name?")) {
            messages.add(model.chat(messages).aiMessage());
            messages.add(UserMessage.from(question));
        }
        assertThat(model.chat(messages).aiMessage().text()).startsWith("Your name is Ada");
    }

    @Test
    void listsModels() {
        var catalog = OpenAiModelCatalog.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(stack.apiKey())
                .build();
        assertThat(catalog.listModels()).extracting(ModelDescription::name).contains("gpt-4o-mini");
    }

    @Test
    void throwsItsOwnExceptionForEachError() {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> model("tp_local_wrong").chat("Hello"));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Hello"))
                        .temperature(3.0)
                        .build()));
    }

    /// This client skips an error object in a stream, as it does OpenAI's; what it gives then has no reason to have
    /// ended.
    @Test
    @DisplayName("Row 19: an answer that breaks off in mid-stream has no finish reason")
    void anAnswerThatBreaksOffHasNoFinishReason() throws Exception {
        var seen = new Seen();
        ChatResponse cut = stream(seen, ChatRequest.builder(), UserMessage.from("[cut]"));
        assertThat(seen.text()).startsWith("You");
        assertThat(cut.finishReason()).isNull();
    }

    private static OpenAiChatModel model(String key) {
        return OpenAiChatModel.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(key)
                .modelName("gpt-4o-mini")
                .maxRetries(0)
                .build();
    }

    private static ChatResponse stream(Seen seen, ChatRequest.Builder request, ChatMessage... messages)
            throws InterruptedException, ExecutionException {
        return seen.whole(streaming, request.messages(List.of(messages)).build());
    }

    /// What was streamed of one answer.
    static final class Seen implements StreamingChatResponseHandler {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        /// @throws ExecutionException with what the client was told instead of an answer
        ChatResponse whole(StreamingChatModel model, ChatRequest request)
                throws InterruptedException, ExecutionException {
            model.chat(request, this);
            return whole.get();
        }

        String text() {
            return text.toString();
        }

        @Override
        public void onPartialResponse(String piece) {
            text.append(piece);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
        }
    }
}
