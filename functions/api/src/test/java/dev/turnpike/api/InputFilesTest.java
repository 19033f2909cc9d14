package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Files that callers send along, on both wires.
class InputFilesTest {
    private static final String TEXT = base64("a;b\n1;ü\n");
    private static final String PDF = base64("%PDF-1.7\n\u0001\u0002");

    private final Bench bench = new Bench();

    @Test
    void aFileOfTextIsKeptListedAndShownToTheModel() throws IOException {
        String part =
                "{\"type\":\"input_file\",\"filename\":\"a.csv\",\"file_data\":\"data:text/csv;base64," + TEXT + "\"}";

        JsonNode response = respond("gpt-4o", part).json();

        assertThat(file()).isEqualTo(new Part.File("a.csv", "data:text/csv;base64," + TEXT));
        assertThat(file().text()).isEqualTo("a;b\n1;ü\n");
        String input = "/v1/responses/" + response.path("id").asString() + "/input_items";
        assertThat(bench.get(input).json().at("/data/0/content/0")).isEqualTo(Bench.MAPPER.readTree(part));
    }

    @Test
    void aPdfReachesAModelThatReadsIt() throws IOException {
        Answer answer = respond("gpt-4o", "{\"type\":\"input_file\",\"file_data\":\"" + PDF + "\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(file().isPdf()).isTrue();
        assertThat(file().name()).isEqualTo("file");
    }

    @Test
    void aPdfIsRefusedForAModelThatDoesNot() throws IOException {
        Answer answer = respond("gpt-3.5", "{\"type\":\"input_file\",\"file_data\":\"" + PDF + "\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("unsupported_file");
        assertThat(answer.body()).contains("gpt-3.5");
        assertThat(bench.work.model.requests()).isEmpty();
        assertThat(complete("gpt-3.5", PDF).code()).isEqualTo("unsupported_file");
    }

    @Test
    void aCompletionTakesFilesToo() throws IOException {
        assertThat(complete("gpt-4o", TEXT).status()).isEqualTo(200);

        assertThat(file()).isEqualTo(new Part.File("a.csv", TEXT));
    }

    @Test
    void aToolOfTheCallerMayGiveAFile() throws IOException {
        Answer answer = bench.create("""
            {"model": "gpt-4o", "input": [
              {"type": "function_call", "call_id": "c", "name": "load", "arguments": "{}"},
              {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_file", "file_data": "%s"}]}]}
            """.formatted(TEXT));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(((Item.ToolResult)
                                bench.work.model.requests().getLast().items().getLast())
                        .parts())
                .containsExactly(new Part.File("file", TEXT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "filename":"a"                                      | missing_required_parameter | file_data
        "file_data":5                                       | invalid_type               | file_data
        "file_data":""                                      | invalid_file_data          | file_data
        "file_data":"%%%"                                   | invalid_file_data          | file_data
        "file_data":"data:text/plain,hello"                 | invalid_file_data          | file_data
        "file_data":"data:application/zip;base64,UEsDBAr/"  | unsupported_file           | file_data
        "file_data":"AAECAw=="                              | unsupported_file           | file_data
        "file_id":"file_1"                                  | unsupported_value          | file_id
        "file_url":"https://example.com/a.pdf"              | unsupported_value          | file_url
        """)
    void aBadFileIsNamedByItsPlace(String fields, String code, String field) throws IOException {
        Answer answer = respond("gpt-4o", "{\"type\":\"input_file\"," + fields + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.json().at("/error/param").asString()).isEqualTo("input[0].content[0]." + field);
    }

    private Answer respond(String model, String part) throws IOException {
        return bench.create("{\"model\":\"" + model + "\",\"input\":[{\"role\":\"user\",\"content\":[" + part + "]}]}");
    }

    private Answer complete(String model, String data) throws IOException {
        return bench.complete(
                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\","
                        + "\"file\":{\"filename\":\"a.csv\",\"file_data\":\"" + data + "\"}}]}]}");
    }

    private Part.File file() {
        var message =
                (Item.Message) bench.work.model.requests().getLast().items().getLast();
        return (Part.File) message.parts().getFirst();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
