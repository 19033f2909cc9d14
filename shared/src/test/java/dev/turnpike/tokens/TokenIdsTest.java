package dev.turnpike.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against another implementation, id by id: `token-ids.jsonl` is what js-tiktoken says of its texts, written by
/// `local/src/test/node/token-ids.mjs`.
class TokenIdsTest {
    @ParameterizedTest
    @EnumSource(names = {"O200K_BASE", "CL100K_BASE"})
    void theIdsAreThoseOfJsTiktoken(EncodingType type) throws IOException {
        Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
        var counter = new JtokkitCounter(type.getName());
        int texts = 0;
        List<String> different = new ArrayList<>();
        for (JsonNode line : lines()) {
            String text = line.path("text").asString();
            List<Integer> ids = new ArrayList<>();
            line.path(type.getName()).forEach(id -> ids.add(id.asInt()));
            if (!encoding.encodeOrdinary(JtokkitCounter.wellFormed(text))
                            .boxed()
                            .equals(ids)
                    || counter.count(text) != ids.size()) {
                different.add(text);
            }
            texts++;
        }
        System.out.printf("%s: %d texts, %d differ%n", type.getName(), texts, different.size());
        assertThat(different).isEmpty();
        assertThat(texts).isGreaterThanOrEqualTo(300);
    }

    private static List<JsonNode> lines() throws IOException {
        try (InputStream in = TokenIdsTest.class.getResourceAsStream("token-ids.jsonl")) {
            var json = new JsonMapper();
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(json::readTree)
                    .toList();
        }
    }
}
