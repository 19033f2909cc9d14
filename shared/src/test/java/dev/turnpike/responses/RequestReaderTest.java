package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Good requests: what the engine gets of them.
class RequestReaderTest {
    @Test
    @DisplayName("Row 3: half a surrogate pair is replaced in everything that is kept and shown again")
    void halfASurrogatePairIsReplacedEverywhere() {
        CreateRequest request = Requests.read("""
            {"model":"gpt-4o","input":"a\\ud800","instructions":"b\\ud800","user":"c\\ud800",
             "metadata":{"d":"d\\ud800"},
             "tools":[{"type":"function","name":"f","description":"e\\ud800","parameters":{"title":"f\\ud800"}}]}\
            """);
        assertThat(request.input()).containsExactly(Item.Message.text("", Item.Role.USER, "a\uFFFD"));
        assertThat(request.request().instructions()).isEqualTo("b\uFFFD");
        assertThat(request.request().parameters()).containsEntry("user", "\"c\uFFFD\"");
        assertThat(request.request().clientTools().getFirst().description()).isEqualTo("e\uFFFD");
        assertThat(request.request().clientTools().getFirst().parameters()).isEqualTo("{\"title\":\"f\uFFFD\"}");
        assertThat(request.request().wire())
                .contains("d\uFFFD")
                .matches(text -> text.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF));
    }

    @Test
    void numbersGoOnAsTheyCame() {
        CreateRequest request = Requests.with("""
            "temperature":1,"top_p":0.10,
            "tools":[{"type":"function","name":"f","parameters":
             {"maximum":1e400,"minimum":-12345678901234567890.123456789,"multipleOf":0.01}}]\
            """);
        assertThat(request.request().parameters())
                .containsEntry("temperature", "1")
                .containsEntry("top_p", "0.10");
        assertThat(request.request().clientTools().getFirst().parameters())
                .isEqualTo("{\"maximum\":1E+400,\"minimum\":-12345678901234567890.123456789,\"multipleOf\":0.01}");
        assertThat(request.request().wire()).contains("1E+400", "-12345678901234567890.123456789");
    }
}
