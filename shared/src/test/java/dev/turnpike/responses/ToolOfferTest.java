package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.run.RunRequest;
import dev.turnpike.tool.ToolSpec;
import org.junit.jupiter.api.Test;

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
}
