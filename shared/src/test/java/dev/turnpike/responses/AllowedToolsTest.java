package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.model.ToolChoice;
import dev.turnpike.tool.ToolSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A tool choice that names several tools, and what else is refused because nothing would come of it.
class AllowedToolsTest {
    private static final String TOOLS = """
        "tools":[{"type":"function","name":"find"},{"type":"function","name":"book"},
         {"type":"mcp","server_label":"turnpike","allowed_tools":["recall"]}]\
        """;

    @Test
    void theModelIsShownOnlyWhatItMayCall() {
        CreateRequest request = Requests.with(TOOLS + """
            ,"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"book"}]}\
            """);

        assertThat(request.request().clientTools()).extracting(ToolSpec::name).containsExactly("book");
        assertThat(request.request().serverTools()).isEmpty();
        assertThat(request.request().toolChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(Requests.stored(request)).isEqualTo(request.request());
    }

    @Test
    void oursCanBeAmongThemAndACallCanBeRequired() {
        CreateRequest request = Requests.with(TOOLS + """
            ,"tool_choice":{"type":"allowed_tools","mode":"required","tools":[
             {"type":"mcp","server_label":"turnpike"},{"type":"function","name":"find"}]}\
            """);

        assertThat(request.request().clientTools()).extracting(ToolSpec::name).containsExactly("find");
        assertThat(request.request().serverTools()).containsExactly("recall");
        assertThat(request.request().toolChoice()).isInstanceOf(ToolChoice.Required.class);
        assertThat(Requests.stored(request)).isEqualTo(request.request());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "tool_choice":{"type":"allowed_tools","tools":[{"type":"function","name":"find"}]} | missing_required_parameter | tool_choice.mode
        "tool_choice":{"type":"allowed_tools","mode":"any","tools":[]} | invalid_value | tool_choice.mode
        "tool_choice":{"type":"allowed_tools","mode":"auto"} | missing_required_parameter | tool_choice.tools
        "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"rm"}]} | invalid_value | tool_choice
        "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"shell"}]} | invalid_value | tools[0].type
        "top_logprobs":2 | unsupported_parameter | top_logprobs
        "include":["message.output_text.logprobs"] | unsupported_value | include[0]
        "reasoning":{"mode":"pro"} | unsupported_parameter | reasoning.mode
        "reasoning":{"context":"all"} | unsupported_parameter | reasoning.context
        "reasoning":{"zzz":1} | unknown_parameter | reasoning.zzz
        "text":{"zzz":1} | unknown_parameter | text.zzz
        "stream":true,"stream_options":{"zzz":1} | unknown_parameter | stream_options.zzz
        """)
    void whatCannotBeHonouredIsRefusedByName(String fields, String code, String param) {
        String body = fields.startsWith("\"tool_choice") ? TOOLS + "," + fields : fields;
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> Requests.with(body));

        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).endsWith(param);
    }
}
