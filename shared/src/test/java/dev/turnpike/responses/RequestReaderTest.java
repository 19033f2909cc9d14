package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunAdmission.History;
import dev.turnpike.run.RunRequest;
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

    @Test
    void nullMeansNotSet() {
        RunRequest plain = Requests.with("").request();
        CreateRequest request = Requests.with("""
            "instructions":null,"previous_response_id":null,"conversation":null,"store":null,"background":null,
            "stream":null,"stream_options":null,"max_output_tokens":null,"max_tool_calls":null,"temperature":null,
            "top_p":null,"top_logprobs":null,"tools":null,"tool_choice":null,"parallel_tool_calls":null,
            "text":null,"reasoning":null,"include":null,"metadata":null,"truncation":null,"service_tier":null,
            "prompt_cache_key":null,"prompt_cache_retention":null,"safety_identifier":null,"user":null,
            "presence_penalty":null,"frequency_penalty":null,"prompt":null,"context_management":null\
            """);
        assertThat(request.request())
                .usingRecursiveComparison()
                .ignoringFields("wire")
                .isEqualTo(plain);
        assertThat(request.stream()).isFalse();
        assertThat(request.history()).isEqualTo(new History.None());
    }

    @Test
    void nullInsideObjectsMeansNotSetToo() {
        RunRequest plain = Requests.with("").request();
        CreateRequest request = Requests.with("""
            "text":{"format":null,"verbosity":null},"reasoning":{"effort":null,"summary":null},"metadata":{}\
            """);
        assertThat(request.request())
                .usingRecursiveComparison()
                .ignoringFields("wire")
                .isEqualTo(plain);
    }
}
