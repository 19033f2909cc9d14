package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.ApiKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ApiKeyRoutesTest {
    private final Bench bench = new Bench();

    @Test
    void aKeyIsMadeShownOnceAndStoredAsItsHash() throws IOException {
        Answer answer = create("{\"tenant\":\"acme\",\"name\":\"Ada's laptop \\ud83d\\ude00\"}");
        assertThat(answer.status()).isEqualTo(200);
        String key = answer.json().path("key").asString();
        assertThat(ApiKeys.wellFormed(key)).isTrue();
        assertThat(answer.json().path("object").asString()).isEqualTo("organization.api_key");
        assertThat(answer.json().path("tenant").asString()).isEqualTo("acme");
        assertThat(answer.json().path("name").asString()).isEqualTo("Ada's laptop 😀");
        assertThat(answer.json().path("created_at").asLong())
                .isEqualTo(bench.work.clock.instant().getEpochSecond());
        assertThat(bench.access.keys.stored.values())
                .extracting(stored -> stored.secret().sha256())
                .contains(ApiKeys.hash(key))
                .doesNotContain(key);
        assertThat(bench.access.keys.stored.toString()).doesNotContain(key);
        assertThat(bench.send("GET", "/v1/models", Map.of("authorization", "Bearer " + key), "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aNameMayBeLeftOut() throws IOException {
        assertThat(create("{\"tenant\":\"acme\"}").json().path("name").asString("-"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"tenant\":null}",
                "{\"tenant\":\"\"}",
                "{\"tenant\":\"a b\"}",
                "{\"tenant\":\"a#b\"}",
                "{\"tenant\":\"é\"}",
                "{\"tenant\":\"../x\"}",
                "{\"tenant\":{}}",
                "{\"tenant\":\"acme\\n\"}"
            })
    void aTenantIsAPlainName(String body) throws IOException {
        int before = bench.access.keys.stored.size();
        Answer answer = create(body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo("tenant");
        assertThat(bench.access.keys.stored).hasSize(before);
    }

    @Test
    void tenantAndNameAreBounded() throws IOException {
        assertThat(create("{\"tenant\":\"" + "a".repeat(65) + "\"}").code()).isEqualTo("invalid_value");
        assertThat(create("{\"tenant\":\"a\",\"name\":\"" + "n".repeat(101) + "\"}")
                        .code())
                .isEqualTo("string_above_max_length");
    }

    @Test
    void onlyTheAdminKeyMakesKeysAndItIsCheckedBeforeTheBody() throws IOException {
        Answer answer = bench.post("/v1/organization/api_keys", "not json");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_api_key");
        assertThat(create("not json").code()).isEqualTo("invalid_json");
    }

    @Test
    void allThatAKeyIsForIsShown() throws IOException {
        String body =
                "{\"tenant\":\"acme\",\"user\":\"ada@example.com\",\"name\":\"ci\",\"scopes\":[\"responses.read\"],"
                        + "\"models\":[\"gpt-*\"],\"tools\":[],\"requests_per_minute\":7,\"concurrent_runs\":2,"
                        + "\"caps\":[\"key/day=5USD\",\"run=100tokens\"],\"expires_at\":1924905600,\"cache\":true}";
        JsonNode made = create(body).json();
        JsonNode shown = admin("GET", "/" + made.path("id").asString(), "").json();
        assertThat(shown.has("key")).isFalse();
        assertThat(shown.path("user").asString()).isEqualTo("ada@example.com");
        assertThat(shown.path("scopes").toString()).isEqualTo("[\"responses.read\"]");
        assertThat(shown.path("models").toString()).isEqualTo("[\"gpt-*\"]");
        assertThat(shown.path("tools").toString()).isEqualTo("[]");
        assertThat(shown.path("requests_per_minute").asInt()).isEqualTo(7);
        assertThat(shown.path("concurrent_runs").asInt()).isEqualTo(2);
        assertThat(shown.path("caps").toString()).isEqualTo("[\"key/day=5usd\",\"run=100tokens\"]");
        assertThat(shown.path("expires_at").asLong()).isEqualTo(1_924_905_600);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"tenant":"a","cap":["run=2usd"]}                   | cap
        {"tenant":"a","caps":["run=2"]}                     | caps[0]
        {"tenant":"a","caps":["run=2usd","run=3usd"]}       | caps
        {"tenant":"a","caps":"run=2usd"}                    | caps
        {"tenant":"a","scopes":["everything"]}              | scopes
        {"tenant":"a","models":[""]}                        | models
        {"tenant":"a","models":["a,b"]}                     | models
        {"tenant":"a","requests_per_minute":-1}             | requests_per_minute
        {"tenant":"a","requests_per_minute":1.5}            | requests_per_minute
        {"tenant":"a","expires_at":1}                       | expires_at
        {"tenant":"a","expires_at":"tomorrow"}              | expires_at
        {"tenant":"a","user":7}                             | user
        {"tenant":"a","user":"a\\nb"}                     | user
        """)
    void whatIsWrongIsNamed(String body, String param) throws IOException {
        Answer answer = create(body.replace("\\\\", "\\"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
    }

    @Test
    void aChangeLeavesWhatItDoesNotNameAndNullTakesBack() throws IOException {
        String id = create("{\"tenant\":\"acme\",\"name\":\"first\",\"requests_per_minute\":7,\"models\":[\"o3\"]}")
                .json()
                .path("id")
                .asString();
        JsonNode changed = admin("POST", "/" + id, "{\"models\":null,\"caps\":[\"key/day=5usd\"]}")
                .json();
        assertThat(changed.path("name").asString()).isEqualTo("first");
        assertThat(changed.path("requests_per_minute").asInt()).isEqualTo(7);
        assertThat(changed.path("models").toString()).isEqualTo("[\"*\"]");
        assertThat(changed.path("caps").toString()).isEqualTo("[\"key/day=5usd\"]");
        assertThat(admin("POST", "/" + id, "{\"tenant\":\"other\"}").status()).isEqualTo(400);
    }

    @Test
    void keysAreListedPageByPage() throws IOException {
        for (int i = 0; i < 5; i++) {
            create("{\"tenant\":\"acme\"}");
        }
        JsonNode first = list(Map.of("tenant", "acme", "limit", "3"));
        assertThat(first.path("data").size()).isEqualTo(3);
        assertThat(first.path("has_more").asBoolean()).isTrue();
        JsonNode rest = list(Map.of(
                "tenant", "acme", "limit", "3", "after", first.path("last_id").asString()));
        assertThat(rest.path("data").size()).isEqualTo(2);
        assertThat(rest.path("has_more").asBoolean()).isFalse();
        assertThat(first.toString() + rest).doesNotContain("\"key\"");
    }

    private JsonNode list(Map<String, String> query) throws IOException {
        Answer answer = bench.serve(new HttpRequest(
                "r", "192.0.2.1", "GET", "/v1/organization/api_keys", Map.of("authorization", Bench.ADMIN), query, ""));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    @Test
    @DisplayName("Row 8: a key that is disabled is refused from the next request on")
    void aDisabledKeyIsRefusedAtOnce() throws IOException {
        JsonNode made = create("{\"tenant\":\"acme\"}").json();
        assertThat(models(made)).isEqualTo(200);
        Answer disabled = admin("DELETE", "/" + made.path("id").asString(), "");
        assertThat(disabled.json().path("deleted").asBoolean()).isTrue();
        assertThat(models(made)).isEqualTo(401);
        assertThat(admin("GET", "/" + made.path("id").asString(), "")
                        .json()
                        .path("disabled_at")
                        .isIntegralNumber())
                .isTrue();
        assertThat(admin("POST", "/" + made.path("id").asString() + "/rotate", "")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void aRotatedKeyHasItsIdAndTheOldOneGoesAtOnceOrLater() throws IOException {
        JsonNode made = create("{\"tenant\":\"acme\"}").json();
        String path = "/" + made.path("id").asString() + "/rotate";
        JsonNode second = admin("POST", path, "{\"expire_old_in_seconds\":60}").json();
        assertThat(second.path("id")).isEqualTo(made.path("id"));
        assertThat(models(made)).isEqualTo(200);
        assertThat(models(second)).isEqualTo(200);
        bench.work.clock.advance(Duration.ofSeconds(60));
        assertThat(models(made)).isEqualTo(401);
        JsonNode third = admin("POST", path, "").json();
        assertThat(models(second)).isEqualTo(401);
        assertThat(models(third)).isEqualTo(200);
        assertThat(admin("POST", path, "{\"expire_old_in_seconds\":604801}").status())
                .isEqualTo(400);
    }

    private int models(JsonNode made) throws IOException {
        String key = "Bearer " + made.path("key").asString();
        return bench.send("GET", "/v1/models", Map.of("authorization", key), "").status();
    }

    @Test
    void whatIsDoneToKeysAndWhoIsRefusedIsInTheAuditLog() throws IOException {
        JsonNode made = create("{\"tenant\":\"acme\",\"name\":\"first\"}").json();
        String id = made.path("id").asString();
        admin("POST", "/" + id, "{\"name\":\"second\"}");
        admin("POST", "/" + id + "/rotate", "");
        models(made);
        admin("DELETE", "/" + id, "");
        JsonNode log = audit(Map.of("tenant", "acme"));
        assertThat(log.path("data")
                        .valueStream()
                        .map(event -> event.path("type").asString()))
                .containsExactly(
                        "api_key.deleted", "login.failed", "api_key.rotated", "api_key.updated", "api_key.created");
        assertThat(log.path("data").valueStream())
                .allSatisfy(
                        event -> assertThat(event.at("/details/key").asString()).isEqualTo(id));
        assertThat(log.toString()).doesNotContain(made.path("key").asString());
        assertThat(audit(Map.of("tenant", "acme", "event_types", "api_key.created,login.failed"))
                        .path("data")
                        .size())
                .isEqualTo(2);
        JsonNode page = audit(Map.of("tenant", "acme", "limit", "2"));
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(audit(Map.of("tenant", "acme", "after", page.path("last_id").asString()))
                        .path("data")
                        .size())
                .isEqualTo(3);
        assertThat(audit(Map.of()).path("data").isEmpty()).isTrue();
    }

    private JsonNode audit(Map<String, String> query) throws IOException {
        Answer answer = bench.serve(new HttpRequest(
                "r",
                "192.0.2.1",
                "GET",
                "/v1/organization/audit_logs",
                Map.of("authorization", Bench.ADMIN),
                query,
                ""));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private Answer admin(String method, String path, String body) throws IOException {
        return bench.send(method, "/v1/organization/api_keys" + path, Map.of("authorization", Bench.ADMIN), body);
    }

    private Answer create(String body) throws IOException {
        return bench.send("POST", "/v1/organization/api_keys", Map.of("authorization", Bench.ADMIN), body);
    }
}
