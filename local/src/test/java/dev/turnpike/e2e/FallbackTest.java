package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.canary.Canaries;
import dev.turnpike.e2e.Books.Row;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import tools.jackson.databind.JsonNode;

/// Two providers, of whom the first fails, through the whole product.
@Timeout(120)
class FallbackTest {
    private static final String OTHER_KEY = "other-" + Canaries.PROVIDER_KEY;
    private static final int FAILURES = 3;
    private static final String FAILING = "failing-1";
    private static final String SLOW = "slow-1";

    private final List<String> keys = new CopyOnWriteArrayList<>();

    @Test
    void anotherProviderStandsInAndTheFirstIsSpared() throws Exception {
        try (var first = new ChaosModel();
                var other = new ChaosModel();
                var stack = stack(first, other);
                var endpoint = new Endpoint(stack);
                var books = new Books(stack)) {
            try (SecretsManagerClient secrets = stack.cloud().secretsClient()) {
                secrets.putSecretValue(put -> put.secretId("turnpike-provider")
                        .secretString("{\"api_key\": \"%s\", \"other\": \"%s\"}"
                                .formatted(Canaries.PROVIDER_KEY, OTHER_KEY)));
            }
            first.let(FAILING, exchange -> exchange.status(503, Map.of(), Canaries.PROVIDER_TEXT));
            other.let("stand-in-1", exchange -> {
                keys.add(exchange.authorization);
                exchange.wholeAnswer();
            });

            for (int turn = 0; turn < 5; turn++) {
                standsIn(endpoint, books);
            }

            assertThat(first.met(FAILING)).as("calls until the breaker opened").hasSize(FAILURES);
            assertThat(keys).hasSize(5).containsOnly("Bearer " + OTHER_KEY);
            assertThat(endpoint.create(body("other/stand-in-2", false))
                            .path("status")
                            .asString())
                    .as("a model by its provider's name")
                    .isEqualTo("completed");
            longWaitCostsNoWorker(first, endpoint, books);
        }
    }

    private static Stack stack(ChaosModel first, ChaosModel other) throws Exception {
        return Stack.start(StackOptions.defaults()
                .withEnvironment(Map.of(
                        "OPENAI_BASE_URL",
                        first.baseUrl().toString(),
                        "PROVIDERS",
                        "[{\"name\": \"other\", \"base_url\": \"%s\", \"models\": \"stand-in-*\"}]"
                                .formatted(other.baseUrl()),
                        "FALLBACKS",
                        FAILING + "=other/stand-in-1",
                        "BREAKER_FAILURES",
                        String.valueOf(FAILURES),
                        "RETRY_INITIAL_DELAY",
                        "0.05")));
    }

    private static void standsIn(Endpoint endpoint, Books books) {
        JsonNode response = endpoint.create(body(FAILING, false));
        assertThat(Endpoint.text(response)).isEqualTo(ChaosModel.TEXT);
        assertThat(response.path("model").asString()).isEqualTo(FAILING);
        assertThat(response.at("/turnpike/fallback_models").toString()).isEqualTo("[\"other/stand-in-1\"]");
        List<Row> ledger = Books.of(books.conversation(response.path("id").asString()), "L#");
        assertThat(ledger)
                .singleElement()
                .satisfies(row -> assertThat(row.text("model")).isEqualTo("other/stand-in-1"));
    }

    /// Row 22.
    private static void longWaitCostsNoWorker(ChaosModel first, Endpoint endpoint, Books books) {
        first.let(SLOW, exchange -> exchange.status(429, Map.of("Retry-After", "120"), Canaries.PROVIDER_TEXT));
        String id = endpoint.create(body(SLOW, true)).path("id").asString();
        while (first.met(SLOW).isEmpty()) {
            Thread.onSpinWait();
        }
        long asked = System.nanoTime();
        while (held(books, id)) {
            Thread.onSpinWait();
        }
        Duration cost = Duration.ofNanos(System.nanoTime() - asked);

        System.out.printf("a wait of 120 s held a worker for %d ms%n", cost.toMillis());
        assertThat(cost).isLessThan(Duration.ofSeconds(1));
        assertThat(endpoint.read(id).path("status").asString()).isEqualTo("in_progress");
        var cancel = endpoint.send(
                endpoint.request("/v1/responses/" + id + "/cancel").POST(BodyPublishers.noBody()));
        assertThat(cancel.statusCode()).isEqualTo(200);
        assertThat(endpoint.finished(id).path("status").asString()).isEqualTo("cancelled");
        assertThat(first.met(SLOW)).hasSize(1);
    }

    private static boolean held(Books books, String id) {
        return Books.of(books.conversation(id), "R#").getFirst().number("leaseUntil") != 0;
    }

    private static String body(String model, boolean background) {
        return "{\"model\": \"%s\", \"background\": %s, \"input\": \"Tell me a story.\"}".formatted(model, background);
    }
}
