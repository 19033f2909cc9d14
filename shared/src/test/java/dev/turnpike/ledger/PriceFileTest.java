package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tokens.Usage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {
    @Test
    void fieldsThatAreNotKnownAreSkipped() {
        PriceList own = own("""
            {"version": "7", "comment": {"by": ["me"]}, "providers": {"openai": {"name": "OpenAI", "models": [
              {"id": "owl", "aka": ["o"], "match": {"ends_with": "owl"}, "prices": {"input_mtok": 1.5, "x": {}}}]}}}
            """);
        assertThat(own.cost("night-owl", Usage.reported(2, 0, 0, 0), Instant.EPOCH))
                .isEqualTo(new Cost(3L, "7"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                       | object",
                "[]                                       | object",
                "{\"version\": \"1\", \"x\": [           | end-of-input",
                "{\"providers\": {}}                      | no version before its providers",
                "{\"version\": \"1\"}                     | no providers",
                "{\"version\": 3}                         | text expected",
                "MODEL {\"id\": \"owl\"}                  | \"owl\" needs match and prices",
                "MODEL {\"match\": {\"like\": \"owl\"}}   | unknown kind of match \"like\"",
                "MODEL {\"match\": {}}                    | a match needs a kind",
                "MODEL {\"match\": {\"equals\": \"a\", \"regex\": \"b\"}} | one kind only",
                "MODEL {\"match\": {\"regex\": \"(\"}}    | Unclosed group",
                "PRICES {\"input_mtok\": -1}              | negative",
                "PRICES {\"input_mtok\": 1e99999}         | beyond all reason",
                "PRICES {\"input_mtok\": \"1\"}           | not numeric",
                "PRICES {\"input_mtok\": {}}              | needs base",
                "PRICES {\"input_mtok\": {\"base\": 1, \"tiers\": [{\"start\": 1}]}} | a tier needs price",
                "PRICES {\"input_mtok\": {\"base\": 1, \"tiers\": [{\"start\": 2, \"price\": 1}, {\"start\": 2,"
                        + " \"price\": 3}]}} | tiers must rise",
                "PRICES [{\"constraint\": {}}]            | needs start_date",
                "PRICES [{\"constraint\": {\"start_date\": \"soon\"}}] | soon",
                "PRICES []                                | needs match and prices",
            })
    void whatIsNoPriceListIsRefusedWithTheReason(String json, String reason) {
        String model = json.replaceFirst("PRICES (.*)", "MODEL {\"match\": {\"equals\": \"owl\"}, \"prices\": $1}");
        String file = model.replaceFirst(
                "MODEL (.*)", "{\"version\": \"1\", \"providers\": {\"openai\": {\"models\": [$1]}}}");
        assertThatThrownBy(() -> own(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    static PriceList own(String json) {
        return PriceList.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), "https://own.example");
    }
}
