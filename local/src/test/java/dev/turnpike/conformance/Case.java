package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Holds an answer against what a table expects of it.
final class Case {
    private static final Pattern ERROR = Pattern.compile("([45]\\d\\d) (\\S+) (\\S+)");

    private Case() {}

    /// @param fields a whole body or, after a `+`, what is added to `base`
    static String merged(String base, String fields) {
        if (!fields.startsWith("+")) {
            return fields;
        }
        ObjectNode body = (ObjectNode) Wire.MAPPER.readTree(base);
        body.setAll((ObjectNode) Wire.MAPPER.readTree(fields.substring(1)));
        return body.toString();
    }

    /// @param sent what the provider was asked, null for nothing
    static void check(HttpResponse<String> answer, JsonNode sent, String expected) {
        JsonNode json = Wire.MAPPER.readTree(answer.body());
        var error = ERROR.matcher(expected);
        if (error.matches()) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(Integer.parseInt(error.group(1)));
            isError(answer, error.group(2), error.group(3));
            assertThat(sent.isNull()).as("what is refused reaches no provider").isTrue();
            return;
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        for (String each : expected.substring("200 ".length()).split(" ", -1)) {
            boolean upstream = each.startsWith("^");
            String[] sides = (upstream ? each.substring(1) : each).split("=", 2);
            JsonNode found = (upstream ? sent : json).at(sides[0]);
            if (sides[1].isEmpty()) {
                assertThat(found.isMissingNode()).as("%s: %s", each, found).isTrue();
            } else {
                assertThat(found).as(each).isEqualTo(Wire.MAPPER.readTree(sides[1]));
            }
        }
    }

    /// Every refusal has OpenAI's form, with all four fields, and says where to ask about it.
    static void isError(HttpResponse<String> answer, String code, String param) {
        JsonNode error = Wire.MAPPER.readTree(answer.body()).path("error");
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.path("message").asString("")).isNotBlank();
        assertThat(error.path("type").asString("")).isNotBlank();
        assertThat(error.path("code").asString("-")).as(answer.body()).isEqualTo(code);
        assertThat(error.path("param").asString("-")).as(answer.body()).isEqualTo(param);
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("application/json");
    }
}
