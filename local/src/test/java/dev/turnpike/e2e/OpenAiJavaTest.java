package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.models.Model;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFormatTextJsonSchemaConfig;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseOutputMessage;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.Tool;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// OpenAI's own Java client with another base URL and nothing else changed. What it can check of an answer it checks.
///
/// What the suites of the two clients for Java cover; a dash is what a client has no call for:
///
/// | | openai-java | LangChain4j: Responses | LangChain4j: Chat Completions |
/// |---|---|---|---|
/// | create, stream | here, [OpenAiJavaChatTest] | [LangChain4jResponsesTest] | [LangChain4jTest] |
/// | its own tools | here, [OpenAiJavaChatTest] | [LangChain4jResponsesTest] | [LangChain4jTest] |
/// | tools on the server, approval | here | tools: [LangChain4jResponsesTest] | - |
/// | answers in a form | here, [OpenAiJavaChatTest] | [LangChain4jResponsesTest] | [LangChain4jTest] |
/// | images | here, [OpenAiJavaChatTest] | [LangChain4jResponsesTest] | [LangChain4jTest] |
/// | going on from a response | [OpenAiJavaTurnsTest] | [LangChain4jResponsesTest] | - |
/// | going on in a conversation | [OpenAiJavaTurnsTest] | - | - |
/// | sending the history back | [OpenAiJavaTurnsTest], [OpenAiJavaChatTest] | [LangChain4jResponsesTest] |
/// [LangChain4jTest] |
/// | background, resume, cancel | here, [OpenAiJavaTurnsTest] | - | - |
/// | summaries | [OpenAiJavaTurnsTest] | - | - |
/// | conversations, stored responses, input tokens | [OpenAiJavaConversationsTest] | - | - |
/// | stored chat completions | [OpenAiJavaChatTest] | - | - |
/// | errors, also in mid-stream | here, [OpenAiJavaChatTest] | [LangChain4jResponsesTest] | [LangChain4jTest] |
/// | models | here | [LangChain4jTest] | [LangChain4jTest] |
@Timeout(60)
class OpenAiJavaTest {
    private static Stack stack;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        client = client(stack.apiKey());
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
    }

    @Test
    void createsAResponse() {
        Response response =
                client.responses().create(request().input("Hello").build()).validate();
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(text(response)).startsWith("Hello! I am the demo model");
        assertThat(response.usage().orElseThrow().totalTokens()).isPositive();
        assertThat(client.responses().retrieve(response.id()).validate()).isEqualTo(response);
    }

    @Test
    void accumulatesAStreamToTheSameResponse() {
        var accumulator = ResponseAccumulator.createWithSnapshots();
        var deltas = new StringBuilder();
        try (var events = client.responses()
                .createStreaming(request().input("[words: 12]").build())) {
            events.stream()
                    .map(ResponseStreamEvent::validate)
                    .peek(accumulator::accumulate)
                    .flatMap(event -> event.outputTextDelta().stream())
                    .forEach(event -> deltas.append(event.delta()));
        }
        Response response = accumulator.response().validate();
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(deltas).hasToString(text(response)).startsWith("the toll gate lifts");
        assertThat(accumulator.reconstructedResponse().output()).isEqualTo(response.output());
        assertThat(client.responses().retrieve(response.id())).isEqualTo(response);
    }

    @Test
    void answersACallOfItsOwnFunction() {
        Response asked = client.responses()
                .create(request()
                        .input("Use get_weather for Oslo")
                        .addTool(weather())
                        .build())
                .validate();
        ResponseFunctionToolCall call = asked.output().getLast().asFunctionCall();
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(call.arguments()).contains("\"city\"");

        Response answered = client.responses()
                .create(request()
                        .previousResponseId(asked.id())
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("21 degrees and sunny")
                                        .build())))
                        .addTool(weather())
                        .build())
                .validate();
        assertThat(answered.status()).contains(ResponseStatus.COMPLETED);
        assertThat(text(answered)).contains("21 degrees and sunny");
    }

    @Test
    void seesWhatAToolOnTheServerDid() {
        var accumulator = ResponseAccumulator.createWithSnapshots();
        try (var events = client.responses()
                .createStreaming(request().input("What is 12 * 34?").build())) {
            events.stream().map(ResponseStreamEvent::validate).forEach(accumulator::accumulate);
        }
        Response response = accumulator.response().validate();
        ResponseOutputItem.McpCall call = response.output().getFirst().asMcpCall();
        assertThat(call.serverLabel()).isEqualTo("turnpike");
        assertThat(call.name()).isEqualTo("calculate");
        assertThat(call.output().orElse("")).contains("408");
        assertThat(call.error()).isEmpty();
        assertThat(text(response)).contains("408");
        assertThat(accumulator.reconstructedResponse().output()).isEqualTo(response.output());
    }

    @Test
    void allowsACallThatTheServerAsksAbout() {
        Tool.Mcp asking = Tool.Mcp.builder()
                .serverLabel("turnpike")
                .requireApproval(Tool.Mcp.RequireApproval.McpToolApprovalSetting.ALWAYS)
                .build();
        var accumulator = ResponseAccumulator.createWithSnapshots();
        try (var events = client.responses()
                .createStreaming(
                        request().input("What is 12 * 34?").addTool(asking).build())) {
            events.stream().map(ResponseStreamEvent::validate).forEach(accumulator::accumulate);
        }
        Response asked = accumulator.response().validate();
        assertThat(asked.status()).contains(ResponseStatus.COMPLETED);
        ResponseOutputItem.McpApprovalRequest question =
                asked.output().getLast().asMcpApprovalRequest();
        assertThat(question.name()).isEqualTo("calculate");
        assertThat(question.arguments()).contains("12 * 34");

        Response answered = client.responses()
                .create(request()
                        .previousResponseId(asked.id())
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofMcpApprovalResponse(ResponseInputItem.McpApprovalResponse.builder()
                                        .approvalRequestId(question.id())
                                        .approve(true)
                                        .build())))
                        .addTool(asking)
                        .build())
                .validate();
        ResponseOutputItem.McpCall call = answered.output().getFirst().asMcpCall();
        assertThat(call.approvalRequestId()).contains(question.id());
        assertThat(call.output().orElse("")).contains("408");
        assertThat(text(answered)).contains("408");
    }

    @Test
    void getsAnAnswerInTheFormThatItAskedFor() {
        var schema = ResponseFormatTextJsonSchemaConfig.Schema.builder();
        Trip.SCHEMA.forEach((key, value) -> schema.putAdditionalProperty(key, JsonValue.from(value)));
        Response response = client.responses()
                .create(request()
                        .input(Trip.QUESTION)
                        .text(ResponseTextConfig.builder()
                                .format(ResponseFormatTextJsonSchemaConfig.builder()
                                        .name("trip")
                                        .strict(true)
                                        .schema(schema.build())
                                        .build())
                                .build())
                        .build())
                .validate();
        Trip.assertAnswer(text(response));
        assertThat(response.text()
                        .orElseThrow()
                        .format()
                        .orElseThrow()
                        .asJsonSchema()
                        .name())
                .isEqualTo("trip");
    }

    @Test
    void sendsAnImage() {
        var message = ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER)
                .addInputTextContent("Look at this")
                .addContent(ResponseInputImage.builder()
                        .imageUrl(Trip.PIXEL)
                        .detail(ResponseInputImage.Detail.LOW)
                        .build())
                .build();
        Response response = client.responses()
                .create(request()
                        .inputOfResponse(List.of(ResponseInputItem.ofMessage(message)))
                        .build())
                .validate();
        assertThat(text(response)).contains("I see 1 image.");
        assertThat(client.responses().inputItems().list(response.id()).items())
                .singleElement()
                .satisfies(item -> assertThat(item.validate()
                                .asResponseInputMessageItem()
                                .content()
                                .getLast()
                                .asInputImage()
                                .imageUrl())
                        .contains(Trip.PIXEL));
    }

    @Test
    void seesThatAnAnswerWasCutShort() {
        Response response = client.responses()
                .create(request().input("[words: 500]").maxOutputTokens(16).build())
                .validate();
        assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
        assertThat(response.incompleteDetails().orElseThrow().reason())
                .contains(Response.IncompleteDetails.Reason.MAX_OUTPUT_TOKENS);
        assertThat(response.output().getLast().asMessage().status()).isEqualTo(ResponseOutputMessage.Status.INCOMPLETE);
    }

    @Test
    void pollsABackgroundResponseUntilItIsDone() {
        Response response = client.responses()
                .create(request().input("[tool turns: 3] Go").background(true).build())
                .validate();
        assertThat(response.status()).contains(ResponseStatus.QUEUED);
        while (List.of(ResponseStatus.QUEUED, ResponseStatus.IN_PROGRESS)
                .contains(response.status().orElseThrow())) {
            response = client.responses().retrieve(response.id()).validate();
        }
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(response.output().stream().filter(ResponseOutputItem::isMcpCall))
                .hasSize(3);
    }

    @Test
    void throwsItsOwnExceptionForEachError() {
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> client.responses().create(request().input("").build()))
                .satisfies(error -> {
                    assertThat(error.code()).contains("missing_required_parameter");
                    assertThat(error.type()).contains("invalid_request_error");
                });
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.responses().retrieve("resp_unknown"));
        OpenAIClient stranger = client("tp_local_wrong");
        assertThatExceptionOfType(UnauthorizedException.class)
                .isThrownBy(() ->
                        stranger.responses().create(request().input("Hello").build()))
                .satisfies(error -> assertThat(error.code()).contains("invalid_api_key"));
        stranger.close();
    }

    @Test
    @DisplayName("Row 19: an answer that breaks off in mid-stream is an exception, and the response has failed")
    void throwsInMidStream() {
        List<ResponseStreamEvent> seen = new ArrayList<>();
        assertThatExceptionOfType(SseException.class)
                .isThrownBy(() -> {
                    try (var events = client.responses()
                            .createStreaming(request().input("[cut]").build())) {
                        events.stream().map(ResponseStreamEvent::validate).forEach(seen::add);
                    }
                })
                .satisfies(error -> assertThat(error.code()).contains("upstream_connection"));
        assertThat(seen).anyMatch(ResponseStreamEvent::isOutputTextDelta);
        Response response = client.responses()
                .retrieve(seen.getFirst().asCreated().response().id())
                .validate();
        assertThat(response.status()).contains(ResponseStatus.FAILED);
        assertThat(response.error()).isPresent();
    }

    @Test
    void listsModels() {
        assertThat(client.models().list().autoPager().stream()
                        .map(Model::validate)
                        .map(Model::id))
                .contains("gpt-4o-mini");
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(stack.url() + "/v1")
                .apiKey(key)
                .build();
    }

    private static ResponseCreateParams.Builder request() {
        return ResponseCreateParams.builder().model("gpt-4o-mini");
    }

    private static FunctionTool weather() {
        return FunctionTool.builder()
                .name("get_weather")
                .description("The weather in a city")
                .strict(true)
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                        .build())
                .build();
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .map(part -> part.asOutputText().text())
                .collect(Collectors.joining());
    }
}
