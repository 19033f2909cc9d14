package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.NotFoundException;
import com.openai.models.conversations.Conversation;
import com.openai.models.conversations.ConversationCreateParams;
import com.openai.models.conversations.ConversationUpdateParams;
import com.openai.models.conversations.items.ConversationItem;
import com.openai.models.conversations.items.ItemCreateParams;
import com.openai.models.conversations.items.ItemDeleteParams;
import com.openai.models.conversations.items.ItemListParams;
import com.openai.models.conversations.items.ItemRetrieveParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import dev.turnpike.aws.CheckedRows;
import dev.turnpike.check.ConversationCheck;
import dev.turnpike.check.TableCheck;
import dev.turnpike.check.Violation;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.responses.WireJson;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Conversations and what is stored of responses, through OpenAI's own Java client.
@Timeout(60)
class OpenAiJavaConversationsTest {
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
        List<Violation> violations = new ArrayList<>();
        try (var dynamo = stack.cloud().dynamoClient()) {
            var clock = InstantSource.system();
            var rows = new CheckedRows(dynamo, stack.table(), WireJson.mapper(), clock);
            var rules = new ConversationCheck(PriceList.forProvider("openai"));
            new TableCheck(rows, rules, clock).check(rows.conversations("demo"), violations::add);
        }
        client.close();
        stack.close();
        assertThat(violations).isEmpty();
    }

    @Test
    void describesAConversation() {
        Conversation made = client.conversations()
                .create(ConversationCreateParams.builder()
                        .metadata(ConversationCreateParams.Metadata.builder()
                                .putAdditionalProperty("topic", JsonValue.from("tolls"))
                                .build())
                        .build())
                .validate();
        assertThat(client.conversations().retrieve(made.id()).validate()).isEqualTo(made);
        Conversation changed = client.conversations()
                .update(
                        made.id(),
                        ConversationUpdateParams.builder()
                                .metadata(ConversationUpdateParams.Metadata.builder()
                                        .putAdditionalProperty("topic", JsonValue.from("bridges"))
                                        .build())
                                .build())
                .validate();
        assertThat(changed._metadata().toString()).contains("bridges").doesNotContain("tolls");
        assertThat(client.conversations().delete(made.id()).validate().deleted())
                .isTrue();
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.conversations().retrieve(made.id()));
    }

    @Test
    void pagesThroughAConversationOfEveryKindOfItem() {
        String conversation = client.conversations().create().id();
        for (int i = 0; i < 3; i++) {
            client.conversations()
                    .items()
                    .create(conversation, messages("Note " + i, 10))
                    .validate();
        }
        Response response = create("What is 12 * 34?", conversation);

        List<ConversationItem> all = client
                .conversations()
                .items()
                .list(conversation, ItemListParams.builder().limit(7L).build())
                .autoPager()
                .stream()
                .map(ConversationItem::validate)
                .toList();

        assertThat(all).hasSize(33);
        assertThat(all.getFirst().asMessage().id())
                .isEqualTo(response.output().getLast().asMessage().id());
        assertThat(all.get(1).asMcpCall().output().orElse("")).contains("408");
        assertThat(all.get(2).asMessage().role().asString()).isEqualTo("user");
        List<ConversationItem> oldestFirst = client
                .conversations()
                .items()
                .list(
                        conversation,
                        ItemListParams.builder()
                                .limit(4L)
                                .order(ItemListParams.Order.ASC)
                                .build())
                .autoPager()
                .stream()
                .toList();
        assertThat(oldestFirst.reversed()).isEqualTo(all);
    }

    @Test
    void deletesAnItemForGood() {
        String conversation = client.conversations().create().id();
        Response first = create("What is 12 * 34?", conversation);
        String call = first.output().getFirst().asMcpCall().id();
        var id = ItemRetrieveParams.builder().conversationId(conversation).build();
        assertThat(client.conversations().items().retrieve(call, id).validate().isMcpCall())
                .isTrue();

        client.conversations()
                .items()
                .delete(
                        call,
                        ItemDeleteParams.builder().conversationId(conversation).build())
                .validate();

        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.conversations().items().retrieve(call, id));
        assertThat(client.responses().retrieve(first.id()).validate().output().stream()
                        .filter(ResponseOutputItem::isMcpCall))
                .isEmpty();
        assertThat(create("Hello", conversation).validate().output()).isNotEmpty();
        assertThat(client.conversations().items().list(conversation).autoPager().stream())
                .hasSize(4);
    }

    @Test
    void readsTheInputOfAResponseAndDeletesIt() {
        Response response = client.responses()
                .create(ResponseCreateParams.builder()
                        .model("gpt-4o-mini")
                        .input("Hello")
                        .build());
        List<ResponseItem> input = client.responses().inputItems().list(response.id()).autoPager().stream()
                .map(ResponseItem::validate)
                .toList();
        assertThat(input).hasSize(1);
        assertThat(input.getFirst()
                        .asResponseInputMessageItem()
                        .content()
                        .getFirst()
                        .asInputText()
                        .text())
                .isEqualTo("Hello");

        client.responses().delete(response.id());

        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.responses().retrieve(response.id()));
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.responses().inputItems().list(response.id()));
    }

    @Test
    void countsTheTokensOfARequest() {
        long few = count("Hello");
        assertThat(few).isPositive();
        assertThat(count("Hello, and much more than that")).isGreaterThan(few);
        assertThat(client.models().retrieve("gpt-4o-mini").validate().id()).isEqualTo("gpt-4o-mini");
    }

    private static long count(String input) {
        return client.responses()
                .inputTokens()
                .count(InputTokenCountParams.builder()
                        .model("gpt-4o-mini")
                        .input(input)
                        .build())
                .validate()
                .inputTokens();
    }

    private static Response create(String input, String conversation) {
        return client.responses()
                .create(ResponseCreateParams.builder()
                        .model("gpt-4o-mini")
                        .input(input)
                        .conversation(conversation)
                        .build());
    }

    private static ItemCreateParams messages(String text, int count) {
        var params = ItemCreateParams.builder();
        for (int i = 0; i < count; i++) {
            params.addItem(EasyInputMessage.builder()
                    .role(EasyInputMessage.Role.USER)
                    .content(text)
                    .build());
        }
        return params.build();
    }
}
