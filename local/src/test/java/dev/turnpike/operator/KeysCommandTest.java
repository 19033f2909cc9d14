package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The command over the whole product on this machine.
@Timeout(120)
class KeysCommandTest {
    private static Stack stack;

    private String printed = "";

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withReaperEvery(Duration.ofHours(1)));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    private int run(String adminKey, String line) {
        var bytes = new ByteArrayOutputStream();
        String[] arguments = (line + " --url " + stack.url().resolve("/v1")).split(" ");
        int status = new KeysCommand(adminKey, new PrintStream(bytes, true, UTF_8)).run(KeysFlags.parse(arguments));
        printed = bytes.toString(UTF_8);
        return status;
    }

    private JsonNode done(String line) {
        assertThat(run(stack.adminKey(), line)).as(() -> printed).isZero();
        return JsonMapper.shared().readTree(printed);
    }

    /// How a key is answered.
    private static int models(String key) throws IOException {
        var connection =
                (HttpURLConnection) stack.url().resolve("/v1/models").toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + key);
        return connection.getResponseCode();
    }

    @Test
    void aKeyIsMadeListedChangedRotatedAndDisabled() throws IOException {
        JsonNode made = done("create --tenant acme --name first --caps key/day=5usd,run=2usd --models gpt-4o*");
        String id = made.path("id").asString();
        assertThat(made.path("caps").toString()).isEqualTo("[\"key/day=5usd\",\"run=2usd\"]");
        assertThat(models(made.path("key").asString())).isEqualTo(200);

        assertThat(run(stack.adminKey(), "list --tenant acme")).isZero();
        assertThat(printed)
                .contains(id + "  acme  -  first  [\"key/day=5usd\",\"run=2usd\"]  good")
                .doesNotContain(made.path("key").asString());
        assertThat(done("change " + id + " --requests-per-minute 7")
                        .path("requests_per_minute")
                        .asInt())
                .isEqualTo(7);

        JsonNode rotated = done("rotate " + id);
        assertThat(models(made.path("key").asString())).isEqualTo(401);
        assertThat(models(rotated.path("key").asString())).isEqualTo(200);

        done("disable " + id);
        assertThat(models(rotated.path("key").asString())).isEqualTo(401);
        assertThat(done("show " + id).path("disabled_at").isNull()).isFalse();
    }

    @Test
    void limitsAreSetAndShown() {
        done("limits --tenant acme --user ada@example.com --caps user/day=1usd");
        assertThat(done("limits --tenant acme --user ada@example.com")
                        .path("caps")
                        .toString())
                .isEqualTo("[\"user/day=1usd\"]");
        assertThat(done("limits --tenant acme").path("caps").isEmpty()).isTrue();
    }

    @Test
    void whatIsRefusedIsSaid() {
        assertThat(run("wrong", "list")).isOne();
        assertThat(printed).startsWith("401 ").doesNotContain("wrong");
        assertThat(run(stack.adminKey(), "create --tenant acme --caps lots")).isOne();
        assertThat(printed).contains("caps[0]");
        assertThat(run(stack.adminKey(), "show aaaaaaaaaaaa")).isOne();
        assertThat(printed).startsWith("404 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "make",
                "rotate",
                "create --tenant",
                "disable ../limits",
                "create --tenant acme --requests-per-minute many",
                "list --url http://turnpike.example.com/v1",
                "list --url ftp://localhost/v1",
                "list --force"
            })
    void whatMakesNoSenseIsRefusedBeforeAnythingIsSent(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeysFlags.parse(line.split(" ")).body());
        assertThat(URI.create("http://localhost:8080/v1"))
                .isEqualTo(KeysFlags.parse("list").url());
    }
}
