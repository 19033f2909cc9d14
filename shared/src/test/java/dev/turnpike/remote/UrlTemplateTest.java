package dev.turnpike.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.ToolException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class UrlTemplateTest {
    private static final UrlTemplate URL = UrlTemplate.parse("https://a.test:8443/things/{id}/v{n}?q={q}&fixed=1");

    private static String filled(UrlTemplate url, Map<String, Object> arguments) throws ToolException {
        return url.filled(RemoteJson.MAPPER.valueToTree(arguments), Map.of());
    }

    @Test
    void argumentsTakeTheirPlacesAndWhatIsMissingIsLeftOut() throws ToolException {
        assertThat(filled(URL, Map.of("id", "a", "n", 2, "q", "x")))
                .isEqualTo("https://a.test:8443/things/a/v2?q=x&fixed=1");
        assertThat(filled(URL, Map.of("id", "a", "n", 2))).isEqualTo("https://a.test:8443/things/a/v2?fixed=1");
        assertThat(URL.names()).containsExactly("id", "n", "q");
        assertThat(filled(UrlTemplate.parse("https://a.test"), Map.of())).isEqualTo("https://a.test/");
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a%2Fb",
        "a?b=c#d, a%3Fb%3Dc%23d",
        "@evil.test, %40evil.test",
        "'a b', a%20b",
        "ü&x, %C3%BC%26x",
        "%2e%2e, %252e%252e",
        "'x\r\nHost: y', x%0D%0AHost%3A%20y",
        "a..b, a..b"
    })
    void anArgumentStaysInItsSegmentAndInItsValue(String value, String escaped) throws ToolException {
        assertThat(filled(URL, Map.of("id", value, "n", 1, "q", value)))
                .isEqualTo("https://a.test:8443/things/" + escaped + "/v1?q=" + escaped + "&fixed=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../admin", "a/../b", "..\\admin", "a/..", "./a"})
    void whatWouldClimbOutOfThePathIsRefused(String value) {
        assertThatThrownBy(() -> filled(URL, Map.of("id", value, "n", 1)))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("\"id\"");
    }

    @Test
    void piecesCannotClimbTogether() throws ToolException {
        UrlTemplate dotted = UrlTemplate.parse("https://a.test/.{a}/x");

        assertThat(filled(dotted, Map.of("a", "git"))).isEqualTo("https://a.test/.git/x");
        assertThatThrownBy(() -> filled(dotted, Map.of("a", "."))).isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> filled(UrlTemplate.parse("https://a.test/{a}{a}/x"), Map.of("a", ".")))
                .isInstanceOf(ToolException.class);
    }

    @Test
    void furtherArgumentsGoIntoTheQueryAndListsAreRepeated() throws ToolException {
        JsonNode arguments = RemoteJson.MAPPER.readTree("{\"tags\":[\"a b\",\"c&d\"],\"deep\":{\"x\":1},\"on\":true}");
        Map<String, JsonNode> more = new LinkedHashMap<>();
        arguments.properties().forEach(each -> more.put(each.getKey(), each.getValue()));

        assertThat(UrlTemplate.parse("https://a.test/x").filled(arguments, more))
                .isEqualTo("https://a.test/x?tags=a%20b&tags=c%26d&deep=%7B%22x%22%3A1%7D&on=true");
    }
}
