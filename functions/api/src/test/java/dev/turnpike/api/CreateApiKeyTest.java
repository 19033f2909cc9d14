package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.ApiKeys;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateApiKeyTest {
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
        assertThat(bench.keys.stored).containsKey(ApiKeys.hash(key)).doesNotContainKey(key);
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
        int before = bench.keys.stored.size();
        Answer answer = create(body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo("tenant");
        assertThat(bench.keys.stored).hasSize(before);
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

    private Answer create(String body) throws IOException {
        return bench.send("POST", "/v1/organization/api_keys", Map.of("authorization", Bench.ADMIN), body);
    }
}
