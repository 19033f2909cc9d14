package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.CompactedResponse;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCompactParams;
import com.openai.models.responses.ResponseCompactionItem;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseCreateParams.ContextManagement;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What comes after a response, through OpenAI's own Java client: the next turn, its events once more, its end, its
/// summary.
@Timeout(60)
class OpenAiJavaTurnsTest {
    private static final String NAME = "My name is Ada";
    private static final String ASKS = "What is my name?";
    private static final String KNOWS = "Your name is Ada";

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
    void goesOnFromAResponse() {
        Response first = create(request().input(NAME));
        Response second = create(request().previousResponseId(first.id()).input(ASKS));
        assertThat(second.previousResponseId()).contains(first.id());
        assertThat(text(second)).startsWith(KNOWS);
    }

    @Test
    void goesOnInAConversation() {
        String conversation = client.conversations().create().id();
        create(request().conversation(conversation).input(NAME));
        Response second = create(request().conversation(conversation).input(ASKS));
        assertThat(second.conversation().orElseThrow().id()).isEqualTo(conversation);
        assertThat(text(second)).startsWith(KNOWS);
    }

    @Test
    void sendsTheConversationBack() {
        List<ResponseInputItem> history = new ArrayList<>(List.of(user(NAME)));
        for (String question : List.of("What is 12 * 34?", "What did I say?", ASKS)) {
            Response answer = create(request().inputOfResponse(history));
            history.addAll(asInput(answer.output()));
            history.add(user(question));
        }
        assertThat(history).anyMatch(ResponseInputItem::isMcpCall);
        assertThat(text(create(request().inputOfResponse(history)))).startsWith(KNOWS);
    }

    @Test
    void comesBackToABackgroundStream() {
        List<ResponseStreamEvent> seen = new ArrayList<>();
        try (var events = client.responses()
                .createStreaming(
                        request().input("[tool turns: 2] Go").background(true).build())) {
            boolean started = events.stream()
                    .map(ResponseStreamEvent::validate)
                    .peek(seen::add)
                    .anyMatch(ResponseStreamEvent::isInProgress);
            assertThat(started).isTrue();
        }
        Response begun = seen.getFirst().asCreated().response();
        assertThat(begun.status()).contains(ResponseStatus.QUEUED);

        var events = ResponseRetrieveParams.builder().responseId(begun.id());
        List<ResponseStreamEvent> whole = follow(events);
        List<ResponseStreamEvent> rest =
                follow(events.startingAfter(seen.getLast().asInProgress().sequenceNumber()));

        assertThat(whole.subList(0, seen.size())).isEqualTo(seen);
        assertThat(whole.subList(seen.size(), whole.size())).isEqualTo(rest);
        var accumulator = ResponseAccumulator.createWithSnapshots();
        whole.forEach(accumulator::accumulate);
        Response response = accumulator.response().validate();
        assertThat(response.output()).filteredOn(ResponseOutputItem::isMcpCall).hasSize(2);
        assertThat(accumulator.reconstructedResponse().output()).isEqualTo(response.output());
        assertThat(client.responses().retrieve(begun.id()).validate()).isEqualTo(response);
    }

    @Test
    void cancelsABackgroundResponse() {
        Response begun = create(request().input("[stall]").background(true));
        Response cancelled = client.responses().cancel(begun.id()).validate();
        assertThat(cancelled.status()).contains(ResponseStatus.CANCELLED);
        assertThat(client.responses().cancel(begun.id()).validate().status()).contains(ResponseStatus.CANCELLED);
        assertThat(client.responses().retrieve(begun.id()).validate().status()).contains(ResponseStatus.CANCELLED);

        Response whole = create(request().input("Hello"));
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> client.responses().cancel(whole.id()));
    }

    @Test
    void hasALongConversationSummarised() {
        Response first = create(request().input(NAME));
        Response longest = create(
                request().previousResponseId(first.id()).input("[words: 3000]").maxOutputTokens(16_000));
        ResponseCreateParams.Builder next = request()
                .previousResponseId(longest.id())
                .addContextManagement(ContextManagement.builder()
                        .type("compaction")
                        .compactThreshold(2_000)
                        .build())
                .input(ASKS);

        var accumulator = ResponseAccumulator.createWithSnapshots();
        try (var events = client.responses().createStreaming(next.build())) {
            events.stream().map(ResponseStreamEvent::validate).forEach(accumulator::accumulate);
        }

        Response response = accumulator.response().validate();
        assertThat(response.output()).hasSize(2);
        ResponseCompactionItem summary = response.output().getFirst().asCompaction();
        assertThat(summary.encryptedContent()).isNotEmpty();
        assertThat(text(response)).startsWith(KNOWS);
        assertThat(accumulator.reconstructedResponse().output()).isEqualTo(response.output());
        assertThat(client.responses().retrieve(response.id()).validate()).isEqualTo(response);
        assertThat(text(create(request().previousResponseId(response.id()).input(ASKS))))
                .startsWith(KNOWS);
        assertThat(create(next).output().getFirst().isCompaction()).isTrue();
    }

    /// The user's own messages are in what it gives, as OpenAI's are. This client's type for it knows only what models
    /// write and can't check them, so they are checked as the input that they become.
    @Test
    void goesOnFromASummaryThatItAskedFor() {
        Response first = create(request().input(NAME));
        CompactedResponse compacted = client.responses()
                .compact(ResponseCompactParams.builder()
                        .model("gpt-4o-mini")
                        .previousResponseId(first.id())
                        .build());
        assertThat(compacted.output().getLast().validate().isCompaction()).isTrue();
        assertThat(compacted.usage().validate().totalTokens()).isPositive();
        assertThat(compacted._object_().convert(String.class)).isEqualTo("response.compaction");

        List<ResponseInputItem> input = new ArrayList<>(asInput(compacted.output()));
        input.add(user(ASKS));
        Response second = create(request().inputOfResponse(input));
        assertThat(text(second)).startsWith(KNOWS);
        assertThat(client.responses().inputItems().list(second.id()).autoPager().stream()
                        .map(item -> item.validate().isCompaction()))
                .contains(true);
    }

    private static List<ResponseStreamEvent> follow(ResponseRetrieveParams.Builder params) {
        try (var events = client.responses().retrieveStreaming(params.build())) {
            return events.stream().map(ResponseStreamEvent::validate).toList();
        }
    }

    private static Response create(ResponseCreateParams.Builder request) {
        return client.responses().create(request.build()).validate();
    }

    private static ResponseCreateParams.Builder request() {
        return ResponseCreateParams.builder().model("gpt-4o-mini");
    }

    private static ResponseInputItem user(String text) {
        return ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content(text)
                .build());
    }

    /// As they came, with ids and statuses: the two types are the same JSON.
    private static List<ResponseInputItem> asInput(List<ResponseOutputItem> output) {
        return output.stream()
                .map(item ->
                        JsonValue.from(item).convert(ResponseInputItem.class).validate())
                .toList();
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .map(part -> part.asOutputText().text())
                .collect(Collectors.joining());
    }
}
