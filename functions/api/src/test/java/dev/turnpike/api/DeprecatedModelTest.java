package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.Workbench;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DeprecatedModelTest {
    private static final String OLD = "\"model\":\"" + Workbench.DEPRECATED + "\"";
    private static final String WARNING = "'" + Workbench.DEPRECATED + "' is deprecated";

    private final Bench bench = new Bench();

    @Test
    void aResponseOfADeprecatedModelSaysSoAndTheLogDoesOnce() throws IOException {
        Answer answer = bench.create("{" + OLD + ",\"input\":\"Hello\"}");

        assertThat(answer.json().path("turnpike").path("warnings"))
                .singleElement()
                .satisfies(warning -> assertThat(warning.asString()).contains(WARNING));
        assertThat(logged()).hasSize(1);
        assertThat(bench.get("/v1/responses/" + answer.json().path("id").asString())
                        .json()
                        .path("turnpike")
                        .path("warnings"))
                .hasSize(1);
    }

    @Test
    void aStreamSaysSoAtItsEnd() throws IOException {
        String body = bench.create("{" + OLD + ",\"input\":\"Hello\",\"stream\":true}")
                .body();

        assertThat(body.split("is deprecated", -1)).hasSize(2);
        assertThat(body.substring(body.indexOf("response.completed"))).contains(WARNING);
        assertThat(logged()).hasSize(1);
    }

    @Test
    void completionsSaySoToo() throws IOException {
        String messages = OLD + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";
        JsonNode whole = bench.complete("{" + messages + "}").json();

        assertThat(whole.path("turnpike").path("warnings")).hasSize(1);
        assertThat(bench.complete("{\"stream\":true," + messages + "}").body()).contains(WARNING);
        assertThat(logged()).hasSize(2);
    }

    @Test
    void nothingIsSaidOfOthers() throws IOException {
        Answer answer = bench.create("{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}");

        assertThat(answer.json().path("turnpike").has("warnings")).isFalse();
        assertThat(logged()).isEmpty();
    }

    private List<String> logged() {
        return bench.context.logged.stream()
                .filter(line -> line.contains("deprecated"))
                .toList();
    }
}
