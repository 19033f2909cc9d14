package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiResponsesChatModel;
import dev.langchain4j.model.openai.OpenAiResponsesChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiResponsesStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// LangChain4j's models that speak the Responses API, with another base URL and nothing else changed.
@Timeout(60)
class LangChain4jResponsesTest {
    private static Stack stack;
    private static OpenAiResponsesChatModel model;
    private static OpenAiResponsesStreamingChatModel streaming;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        model = model(stack.apiKey()).build();
        streaming = OpenAiResponsesStreamingChatModel.builder()
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
        assertThat(response.id()).startsWith("resp_");
        assertThat(response.aiMessage().text()).startsWith("Hello! I am the demo model");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().totalTokenCount()).isPositive();
    }

    @Test
    void streamsAChat() throws Exception {
        var seen = new LangChain4jTest.Seen();
        ChatResponse response = seen.whole(streaming, request(UserMessage.from("[words: 12]")));
        assertThat(response.aiMessage().text()).startsWith("the toll gate lifts");
        assertThat(seen.text()).isEqualTo(response.aiMessage().text());
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void answersACallOfItsOwnTool() throws Exception {
        ChatMessage question = UserMessage.from("Use get_weather for Oslo");
        ChatResponse asked = model.chat(withTool(question));
        ChatResponse streamed = new LangChain4jTest.Seen().whole(streaming, withTool(question));
        assertThat(asked.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        ToolExecutionRequest call = asked.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(call.arguments()).contains("\"city\"");
        assertThat(streamed.aiMessage().toolExecutionRequests())
                .extracting(ToolExecutionRequest::name, ToolExecutionRequest::arguments)
                .containsExactly(tuple(call.name(), call.arguments()));

        ChatRequest result =
                withTool(question, asked.aiMessage(), ToolExecutionResultMessage.from(call, "21 degrees and sunny"));
        assertThat(model.chat(result).aiMessage().text()).contains("21 degrees and sunny");
        assertThat(new LangChain4jTest.Seen()
                        .whole(streaming, result)
                        .aiMessage()
                        .text())
                .contains("21 degrees and sunny");
    }

    @Test
    void letsAToolOnTheServerAnswer() {
        OpenAiResponsesChatModel calculating = model(stack.apiKey())
                .serverTools(List.of(Map.of(
                        "type", "mcp",
                        "server_label", "turnpike",
                        "allowed_tools", List.of("calculate"),
                        "require_approval", "never")))
                .build();
        ChatResponse response = calculating.chat(UserMessage.from("What is 12 * 34?"));
        assertThat(response.aiMessage().text()).contains("408");
        assertThat(response.aiMessage().hasToolExecutionRequests()).isFalse();
    }

    @Test
    void getsAnAnswerInTheFormThatItAskedFor() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(Trip.QUESTION))
                .responseFormat(LangChain4jTest.TRIP)
                .build();
        Trip.assertAnswer(model.chat(request).aiMessage().text());
        Trip.assertAnswer(
                new LangChain4jTest.Seen().whole(streaming, request).aiMessage().text());
    }

    @Test
    void sendsAnImage() {
        ChatResponse response =
                model.chat(UserMessage.from(TextContent.from("Look at this"), ImageContent.from(Trip.PIXEL)));
        assertThat(response.aiMessage().text()).contains("I see 1 image.");
    }

    /// This client asks for nothing to be stored, unless it is told to.
    @Test
    void goesOnFromAResponse() throws Exception {
        ChatResponse first = model(stack.apiKey()).store(true).build().chat(UserMessage.from("My name is Ada"));
        ChatRequest next = ChatRequest.builder()
                .messages(UserMessage.from("What is my name?"))
                .parameters(OpenAiResponsesChatRequestParameters.builder()
                        .previousResponseId(first.id())
                        .build())
                .build();
        assertThat(model.chat(next).aiMessage().text()).startsWith("Your name is Ada");
        assertThat(new LangChain4jTest.Seen().whole(streaming, next).aiMessage().text())
                .startsWith("Your name is Ada");
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
    void seesThatAnAnswerWasCutShort() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("[words: 500]"))
                .maxOutputTokens(16)
                .build();
        assertThat(model.chat(request).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(new LangChain4jTest.Seen().whole(streaming, request).finishReason())
                .isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void throwsItsOwnExceptionForEachError() {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> model("tp_local_wrong").build().chat("Hello"));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Hello"))
                        .temperature(3.0)
                        .build()));
    }

    @Test
    @DisplayName("Row 19: an answer that breaks off in mid-stream is an error, not an end")
    void hearsOfAFailureInsideAStream() {
        var seen = new LangChain4jTest.Seen();
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> seen.whole(streaming, request(UserMessage.from("[cut]"))));
        assertThat(seen.text()).startsWith("You");
    }

    private static OpenAiResponsesChatModel.Builder model(String key) {
        return OpenAiResponsesChatModel.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(key)
                .modelName("gpt-4o-mini");
    }

    private static ChatRequest request(ChatMessage... messages) {
        return ChatRequest.builder().messages(messages).build();
    }

    private static ChatRequest withTool(ChatMessage... messages) {
        return ChatRequest.builder()
                .messages(messages)
                .toolSpecifications(LangChain4jTest.WEATHER)
                .build();
    }
}
