package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The chat completions of OpenAI's own Java client. What it can check of an answer it checks.
@Timeout(60)
class OpenAiJavaChatTest {
    private static Stack stack;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        client = OpenAIOkHttpClient.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(stack.apiKey())
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
    }

    @Test
    void completesAChat() {
        ChatCompletion completion =
                create(request().addDeveloperMessage("Be brief.").addUserMessage("Hello"));
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertThat(text(completion)).startsWith("Hello! I am the demo model");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(completion.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void accumulatesAStream() {
        ChatCompletion completion = accumulate(request().addUserMessage("[words: 12]"));
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertThat(text(completion)).startsWith("the toll gate lifts");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(completion.usage().orElseThrow().completionTokens()).isPositive();
    }

    @Test
    void answersACallOfItsOwnFunction() {
        ChatCompletionCreateParams.Builder conversation =
                request().addUserMessage("Use get_weather for Oslo").addTool(weather());
        ChatCompletion streamed = accumulate(conversation);
        ChatCompletion asked = create(conversation);
        assertThat(call(streamed).function()).isEqualTo(call(asked).function());
        assertThat(asked.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertThat(call(asked).function().name()).isEqualTo("get_weather");
        assertThat(call(asked).function().arguments()).contains("\"city\"");

        ChatCompletion answered = create(conversation
                .addMessage(asked.choices().getFirst().message())
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call(asked).id())
                        .content("21 degrees and sunny")
                        .build()));
        assertThat(text(answered)).contains("21 degrees and sunny");
    }

    @Test
    void getsAnAnswerInTheFormThatItAskedFor() {
        var schema = ResponseFormatJsonSchema.JsonSchema.Schema.builder();
        Trip.SCHEMA.forEach((key, value) -> schema.putAdditionalProperty(key, JsonValue.from(value)));
        ChatCompletion completion = create(request()
                .addUserMessage(Trip.QUESTION)
                .responseFormat(ResponseFormatJsonSchema.builder()
                        .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                                .name("trip")
                                .strict(true)
                                .schema(schema.build())
                                .build())
                        .build()));
        Trip.assertAnswer(text(completion));
    }

    @Test
    void sendsAnImage() {
        ChatCompletion completion = create(request()
                .addUserMessageOfArrayOfContentParts(List.of(
                        ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                .text("Look at this")
                                .build()),
                        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                        .url(Trip.PIXEL)
                                        .build())
                                .build()))));
        assertThat(text(completion)).contains("I see 1 image.");
    }

    @Test
    void sendsTheConversationBack() {
        ChatCompletionCreateParams.Builder conversation = request().addUserMessage("My name is Ada");
        conversation
                .addMessage(create(conversation).choices().getFirst().message())
                .addUserMessage("What is my name?");
        assertThat(text(create(conversation))).startsWith("Your name is Ada");
    }

    @Test
    void seesThatAnAnswerWasCutShort() {
        ChatCompletion completion =
                create(request().addUserMessage("[words: 500]").maxCompletionTokens(16));
        assertThat(completion.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
    }

    @Test
    void readsWhatItStored() {
        ChatCompletion completion = create(request().store(true).stop("###").addUserMessage("Hello"));
        assertThat(client.chat().completions().retrieve(completion.id()).validate())
                .isEqualTo(completion);
        assertThat(client.chat()
                        .completions()
                        .delete(completion.id())
                        .validate()
                        .deleted())
                .isTrue();
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.chat().completions().retrieve(completion.id()));
    }

    @Test
    void throwsItsOwnExceptionForEachError() {
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.chat().completions().retrieve("chatcmpl-unknown"));
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> create(request().addUserMessage("Hello").n(2)))
                .satisfies(error -> assertThat(error.param()).contains("n"));
    }

    @Test
    @DisplayName("Row 19: an answer that breaks off in mid-stream is an exception, not an end")
    void throwsInMidStream() {
        assertThatExceptionOfType(SseException.class)
                .isThrownBy(() -> accumulate(request().addUserMessage("[cut]")))
                .satisfies(error -> assertThat(error.code()).contains("upstream_connection"));
    }

    private static ChatCompletion create(ChatCompletionCreateParams.Builder request) {
        return client.chat().completions().create(request.build()).validate();
    }

    private static ChatCompletion accumulate(ChatCompletionCreateParams.Builder request) {
        var accumulator = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams params = request.build().toBuilder()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        try (var chunks = client.chat().completions().createStreaming(params)) {
            chunks.stream().map(ChatCompletionChunk::validate).forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion().validate();
    }

    private static String text(ChatCompletion completion) {
        return completion.choices().getFirst().message().content().orElse("");
    }

    private static ChatCompletionCreateParams.Builder request() {
        return ChatCompletionCreateParams.builder().model("gpt-4o-mini");
    }

    private static ChatCompletionMessageFunctionToolCall call(ChatCompletion completion) {
        return completion
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
    }

    private static ChatCompletionFunctionTool weather() {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("get_weather")
                        .description("The weather in a city")
                        .strict(true)
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                                .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                                .build())
                        .build())
                .build();
    }
}
