package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.RunRequest;
import dev.turnpike.tool.ToolSpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which tools a run is offered.
class ToolOfferTest {
    private static final String OURS = "{\"type\":\"mcp\",\"server_label\":\"turnpike\"%s}";

    private static CreateRequest withTools(String... tools) {
        return Requests.with("\"tools\":[" + String.join(",", tools) + "]");
    }

    private static String function(String name) {
        return "{\"type\":\"function\",\"name\":\"" + name + "\"}";
    }

    @Test
    void aFunctionOfTheCallersHidesOursOfTheSameName() {
        RunRequest request = withTools(function("recall")).request();
        assertThat(request.clientTools()).extracting(ToolSpec::name).containsExactly("recall");
        assertThat(request.serverTools()).containsExactly("calculate");
    }

    @Test
    void aStoredRequestHasTheToolsItHadEvenWhereOneHidAnother() {
        CreateRequest request =
                withTools(function("recall"), OURS.formatted(",\"allowed_tools\":[\"recall\",\"calculate\"]"));
        assertThat(request.request().serverTools()).containsExactly("calculate");
        assertThat(Requests.stored(request)).isEqualTo(request.request());
    }

    @Test
    void oursAreNarrowedOnlyOnce() {
        ApiException refusal = Requests.refusalWith(
                "\"tools\":[" + OURS.formatted(",\"allowed_tools\":[\"recall\"]") + "," + OURS.formatted("") + "]");
        assertThat(refusal.param()).isEqualTo("tools[1].server_label");
        assertThat(refusal).hasMessage("Duplicate server_label 'turnpike'. Name all tools in one 'allowed_tools'.");
    }

    @Test
    void anAddressOrACredentialIsRefusedByItsName() {
        for (String field : new String[] {"server_url", "connector_id", "headers", "authorization"}) {
            ApiException refusal =
                    Requests.refusalWith("\"tools\":[" + OURS.formatted(",\"" + field + "\":\"x\"") + "]");
            assertThat(refusal.code()).isEqualTo("unsupported_parameter");
            assertThat(refusal.param()).isEqualTo("tools[0]." + field);
        }
        assertThat(withTools(OURS.formatted(",\"server_url\":null,\"headers\":null"))
                        .request()
                        .serverTools())
                .containsExactly("calculate", "recall");
    }

    @Test
    void ourLabelMayStandAsTheConnectorThatSomeClientsInsistOn() {
        assertThat(ours(",\"connector_id\":\"turnpike\"")).containsExactly("calculate", "recall");
        ApiException refusal = Requests.refusalWith("\"tools\":[" + OURS.formatted(",\"connector_id\":7") + "]");
        assertThat(refusal.code()).isEqualTo("invalid_type");
    }

    @Test
    void aRequestThatNamesNoneIsOfferedAllOfOurs() {
        assertThat(Requests.with("\"tools\":[]").request().serverTools()).containsExactly("calculate", "recall");
        assertThat(withTools(function("ask")).request().serverTools()).containsExactly("calculate", "recall");
    }

    @Test
    void allowedToolsAreAHardLimit() {
        assertThat(ours(",\"allowed_tools\":[\"recall\",\"recall\"]")).containsExactly("recall");
        assertThat(ours(",\"allowed_tools\":[]")).isEmpty();
        assertThat(ours(",\"allowed_tools\":{\"tool_names\":[\"calculate\"]}")).containsExactly("calculate");
        assertThat(ours(",\"allowed_tools\":null")).containsExactly("calculate", "recall");
        assertThat(ours(",\"require_approval\":\"never\"")).containsExactly("calculate", "recall");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "always"                                   | calculate,recall
        "never"                                    |
        null                                       |
        {"always":{"tool_names":["recall","gone"]}} | recall
        {"never":{"tool_names":["recall"]}}        | calculate
        {"always":{"tool_names":["recall"]},"never":{"tool_names":["recall","calculate"]}} | recall
        {}                                         |
        """)
    void whoAsksFirstIsSaidInOpenAisForm(String rule, @Nullable String names) {
        CreateRequest request = withTools(OURS.formatted(",\"require_approval\":" + rule));

        Set<String> expected = names == null ? Set.of() : Set.of(names.split(","));
        assertThat(request.request().askFirst()).isEqualTo(expected);
        assertThat(Requests.READER.read(request.request().wire()).askFirst()).isEqualTo(expected);
    }

    @Test
    void aToolOfOursMayBeChosenByName() {
        CreateRequest request =
                Requests.with("\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"name\":\"recall\"}");
        assertThat(request.request().toolChoice()).isEqualTo(new ToolChoice.Named("recall"));
    }

    @Test
    void aToolThatIsNotAllowedCantBeChosen() {
        ApiException refusal = Requests.refusalWith("\"tools\":["
                + OURS.formatted(",\"allowed_tools\":[\"recall\"]")
                + "],\"tool_choice\":{\"type\":\"mcp\",\"name\":\"calculate\"}");
        assertThat(refusal.param()).isEqualTo("tool_choice");
    }

    @Test
    void aFunctionIsReadWhole() {
        assertThat(withTools("""
            {"type":"function","name":"ask","description":"Asks.","strict":false,
             "parameters":{"type":"object","properties":{"q":{"type":"string"}}}}\
            """).request().clientTools())
                .containsExactly(new ToolSpec(
                        "ask", "Asks.", "{\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\"}}}", false));
        assertThat(withTools(
                                "{\"type\":\"function\",\"name\":\"f\",\"description\":null,\"parameters\":null,\"strict\":null}")
                        .request()
                        .clientTools())
                .containsExactly(new ToolSpec("f", null, null, null));
    }

    private static List<String> ours(String fields) {
        return withTools(OURS.formatted(fields)).request().serverTools();
    }
}
