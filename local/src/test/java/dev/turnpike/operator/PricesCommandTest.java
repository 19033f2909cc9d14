package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PricesCommandTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));

    /// A small project file: one provider, with a tier of its own.
    private static final String SMALL = """
        {
          "version": "1",
          "source": "NOTICE: made from pydantic/genai-prices 0.1.8, MIT licence",
          "providers": {
            "openai": {
              "api_pattern": "https://api\\\\.openai\\\\.com",
              "service_tiers": {"flex": 0.5},
              "models": [
                {"id": "owl", "match": {"equals": "owl"}, "prices": {"input_mtok": 1, "output_mtok": 2}, "service_tiers": {"priority": {"input_mtok": 4, "output_mtok": 8}}},
                {"id": "jay", "match": {"equals": "jay"}, "prices": {"input_mtok": 1, "output_mtok": 2}},
                {"id": "tit", "match": {"equals": "tit"}, "prices": {"input_mtok": 1, "output_mtok": 2}},
                {"id": "auk", "match": {"equals": "auk"}, "prices": {"input_mtok": 1, "output_mtok": 2}}
              ]
            }
          }
        }
        """;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void copy() throws IOException {
        file = folder.resolve("prices.json");
        Files.copy(Repository.path("shared/src/main/resources/dev/turnpike/ledger/prices.json"), file);
    }

    private String shown(int status, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--file", file.toString()));
        var out = new ByteArrayOutputStream();
        var command = new PricesCommand(NOON, new PrintStream(out, true, UTF_8));
        assertThat(command.run(PricesFlags.parse(all.toArray(String[]::new)))).isEqualTo(status);
        return out.toString(UTF_8);
    }

    private String newer(String json) throws IOException {
        Path newer = folder.resolve("newer.json");
        Files.writeString(newer, json);
        return newer.toString();
    }

    @Test
    void providersAreListedWithTheirCounts() {
        assertThat(shown(0))
                .contains("Prices 2026-11")
                .contains("openai      87 models")
                .contains("anthropic   23 models");
    }

    @Test
    void aModelIsShownWithAllItsPrices() {
        assertThat(shown(0, "gpt-4o-mini", "--provider", "openai"))
                .contains("openai gpt-4o-mini, a context of 128000 tokens\n")
                .containsPattern("now +input 0\\.15, cached 0\\.075, output 0\\.6\n")
                .containsPattern("batch else +input 0\\.075, cached 0\\.0375, output 0\\.3\n")
                .containsPattern("priority else +input 0\\.25, cached 0\\.125, output 1\n");
        assertThat(shown(0, "gpt-5.6", "--provider", "https://api.openai.com/v1"))
                .containsPattern(
                        "now +input 4 \\(8 above 271999\\), cached 0\\.4 \\(0\\.8 above 271999\\), cache write 5")
                .containsPattern("from 2026-08-21 +input 4")
                .containsPattern("else +input 5");
        assertThat(shown(0, "deepseek-chat", "--provider", "deepseek"))
                .containsPattern("now +input 0\\.27")
                .containsPattern("daily 00:30-16:30 UTC +input 0\\.27");
        assertThat(shown(0, "mistral-tiny")).contains("mistral mistral-tiny").contains("deprecated");
    }

    @Test
    void aModelThatSeveralProvidersServeIsShownOfEach() {
        assertThat(shown(0, "o1")).contains("\nopenai o1,").contains("\nazure o1,");
    }

    @Test
    void aModelWithoutAPriceIsSaidToHaveNone() {
        assertThat(shown(1, "my-own-llama")).contains("my-own-llama has no price; what it costs is unknown.");
    }

    @ParameterizedTest
    @CsvSource({
        "--provider nobody, There is no provider nobody",
        "--file nowhere.json, There is no file nowhere.json",
        "--provider, --provider takes a value",
        "one two, \"two\" means nothing here",
        "--gold, \"--gold\" means nothing here",
        "owl --import x, not both",
    })
    void whatCanNotBeDoneSaysWhy(String arguments, String why) {
        var out = new ByteArrayOutputStream();
        String[] split = ("prices " + arguments).split(" ", -1);
        var lost = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        String[] there = arguments.contains("--file") || arguments.endsWith("--provider")
                ? split
                : (String.join(" ", split) + " --file " + file).split(" ", -1);
        assertThat(Main.run(lost, new PrintStream(out, true, UTF_8), there)).isEqualTo(2);
        assertThat(out.toString(UTF_8)).contains(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "price", "--help"})
    void whatIsNoCommandGivesTheCommands(String arguments) {
        var errors = new ByteArrayOutputStream();
        String[] split = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
        assertThat(Main.run(System.out, new PrintStream(errors, true, UTF_8), split))
                .isEqualTo(2);
        assertThat(errors.toString(UTF_8)).contains("prices").contains("check");
    }

    @Test
    void theProjectsOwnFileComesOutOfAnImportAsItIs() throws IOException {
        String before = Files.readString(file);

        assertThat(shown(0, "--import", newer(before), "--version", "2026-11")).contains("0 changes");

        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void whatGenaiPricesPublishesIsTakenOver() throws IOException {
        Files.writeString(file, SMALL);

        String said = shown(0, "--import", newer("""
            [{"id": "other", "name": "Other", "api_pattern": "https://other", "models": []},
             {"id": "openai", "name": "OpenAI", "pricing_urls": ["https://x"], "api_pattern": "https://api\\\\.openai\\\\.com",
              "model_match": {"starts_with": "gpt-"}, "extractors": [{"root": "usage"}], "models": [
               {"id": "owl", "name": "Owl", "description": "Sees.", "match": {"or": [{"equals": "owl"}, {"regex": "^owl-\\\\d+$"}]},
                "context_window": 4096, "prices": {"input_mtok": 1.50, "cache_write_mtok": 2, "output_mtok": 3, "requests_kcount": 5}},
               {"id": "jay", "match": {"equals": "jay"}, "deprecated": true, "prices": {"input_mtok": 0.5, "output_mtok": 2}},
               {"id": "auk", "match": {"equals": "auk"}, "prices": [
                 {"prices": {"input_mtok": 1, "output_mtok": 2}},
                 {"constraint": {"start_date": "2027-01-01", "type": "start_date"}, "prices": {"input_mtok": 0.0028, "output_mtok": 2}}]},
               {"id": "ani", "match": {"equals": "ani"}, "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 9, "price": 2}]}, "output_mtok": 2}}
              ]}]
            """));

        assertThat(said.lines())
                .containsExactly(
                        "dearer   openai owl: input 1 -> 1.5, cache write none -> 2, output 2 -> 3",
                        "cheaper  openai jay: input 1 -> 0.5",
                        "changed  openai auk: at other times",
                        "new      openai ani",
                        "gone     openai tit",
                        "5 changes, from 1 to 2026-11-28, written to " + file + ".");
        assertThat(Files.readString(file)).isEqualTo("""
            {
              "version": "2026-11-28",
              "source": "NOTICE: made from pydantic/genai-prices as of 2026-11-28, MIT licence",
              "providers": {
                "openai": {
                  "api_pattern": "https://api\\\\.openai\\\\.com",
                  "service_tiers": {"flex": 0.5},
                  "models": [
                    {"id": "owl", "match": {"or": [{"equals": "owl"}, {"regex": "^owl-\\\\d+$"}]}, "context_window": 4096, "prices": {"input_mtok": 1.5, "cache_write_mtok": 2, "output_mtok": 3}, "service_tiers": {"priority": {"input_mtok": 4, "output_mtok": 8}}},
                    {"id": "jay", "match": {"equals": "jay"}, "deprecated": true, "prices": {"input_mtok": 0.5, "output_mtok": 2}},
                    {"id": "auk", "match": {"equals": "auk"}, "prices": [{"prices": {"input_mtok": 1, "output_mtok": 2}}, {"constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 0.0028, "output_mtok": 2}}]},
                    {"id": "ani", "match": {"equals": "ani"}, "prices": {"input_mtok": {"base": 1, "tiers": [{"start": 9, "price": 2}]}, "output_mtok": 2}}
                  ]
                }
              }
            }
            """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nothing                                | can't be read",
                "{}                                     | no provider \"openai\"",
                "[]                                     | no provider \"openai\"",
                "[{\"id\": \"openai\", \"models\": []}] | has no models",
                "[{\"id\": \"openai\", \"models\": [{\"id\": \"owl\"}]}] | needs match and prices",
                "[{\"id\": \"openai\", \"models\": [{\"id\": \"owl\", \"match\": {\"equals\": \"a\"}, \"prices\":"
                        + " {\"input_mtok\": -1}}]}] | negative",
                "[{\"id\": \"openai\", \"models\": [{\"match\": {\"equals\": \"a\"}, \"prices\": {\"input_mtok\":"
                        + " 1}}]}] | no id for a model",
            })
    void whatCanNotBeChargedByIsRefusedAndNothingIsWritten(String json, String why) throws IOException {
        Files.writeString(file, SMALL);

        String newer = newer(json);
        assertThatThrownBy(() -> shown(0, "--import", newer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);

        assertThat(Files.readString(file)).isEqualTo(SMALL);
    }

    @Test
    void otherPricesMustHaveAnotherVersion() throws IOException {
        Files.writeString(file, SMALL);

        String newer = newer(SMALL.replace("\"input_mtok\": 1,", "\"input_mtok\": 3,"));
        assertThatThrownBy(() -> shown(0, "--import", newer, "--version", "1"))
                .hasMessageContaining("The prices differ and both are called 1");

        assertThat(Files.readString(file)).isEqualTo(SMALL);
    }
}
