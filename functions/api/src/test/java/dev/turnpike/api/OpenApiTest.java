package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.ApiDocument;
import dev.turnpike.ApiDocument.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The OpenAPI document against the routes that it describes. That their answers are as it says is looked at wherever
/// a test asks for one, by [Bench].
class OpenApiTest {
    private static final ApiDocument DOCUMENT = ApiDocument.read();
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");

    /// It is not among the router's literal routes, because names of models may have slashes.
    private static final String ONE_MODEL = "GET /v1/models/{model}";

    private final Bench bench = new Bench();

    static Stream<Operation> operations() {
        return DOCUMENT.operations().stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.json", "/v1/openapi.json"})
    void theDocumentNeedsNoKey(String path) throws IOException {
        Answer answer = bench.serve(new HttpRequest("r", "192.0.2.1", "GET", path, Map.of(), Map.of(), ""));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.body()).isEqualTo(DOCUMENT.text());
    }

    @Test
    void everyRouteIsDescribedAndEveryDescribedRouteIsThere() {
        Set<String> routes = new TreeSet<>(RouteList.all());
        routes.add(ONE_MODEL);
        assertThat(DOCUMENT.lines()).containsExactlyElementsOf(routes);
    }

    @Test
    void everythingThatIsReferredToIsThereAndNothingElse() {
        Set<String> defined = new TreeSet<>();
        for (String kind : List.of("schemas", "responses", "parameters", "headers")) {
            DOCUMENT.json()
                    .path("components")
                    .path(kind)
                    .propertyNames()
                    .forEach(name -> defined.add("#/components/" + kind + "/" + name));
        }
        Set<String> used = new TreeSet<>(DOCUMENT.references());
        DOCUMENT.json().findValues("mapping").forEach(mapping -> mapping.forEach(each -> used.add(each.asString())));
        assertThat(used).containsExactlyElementsOf(defined);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theParametersOfAPathAreDescribed(Operation operation) {
        Set<String> inPath = new TreeSet<>();
        PARAMETER.matcher(operation.path()).results().forEach(found -> inPath.add(found.group(1)));
        Set<String> described = new TreeSet<>();
        for (JsonNode each : operation.json().path("parameters")) {
            JsonNode parameter = DOCUMENT.resolved(each);
            if (parameter.path("in").asString().equals("path")) {
                described.add(parameter.path("name").asString());
                assertThat(parameter.path("required").asBoolean()).isTrue();
            }
        }
        assertThat(described).isEqualTo(inPath);
    }

    @Test
    void eachOperationHasAnIdOfItsOwn() {
        assertThat(operations()
                        .map(operation -> operation.json().path("operationId").asString()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z][A-Za-z]+"));
    }

    /// Whoever has no key is told so, unless the document says that none is needed.
    @ParameterizedTest
    @MethodSource("operations")
    void aKeyIsAskedForWhereTheDocumentSaysSo(Operation operation) throws IOException {
        String path = operation.path().replaceAll("\\{[a-z]+}", "some_1");
        Answer answer =
                bench.serve(new HttpRequest("r", "192.0.2.1", operation.method(), path, Map.of(), Map.of(), "{}"));
        boolean open = operation.json().path("security").isArray()
                && operation.json().path("security").isEmpty();
        assertThat(answer.status()).isEqualTo(open ? 200 : 401);
    }

    /// The examples are what their own schemas ask for.
    @ParameterizedTest
    @MethodSource("operations")
    void theExamplesFitTheirSchemas(Operation operation) {
        List<String> mistakes = new ArrayList<>();
        List<JsonNode> contents = new ArrayList<>(operation
                .json()
                .path("requestBody")
                .path("content")
                .valueStream()
                .toList());
        operation
                .json()
                .path("responses")
                .forEach(response -> DOCUMENT.resolved(response).path("content").forEach(contents::add));
        for (JsonNode content : contents) {
            List<JsonNode> examples = new ArrayList<>();
            content.path("examples").forEach(each -> examples.add(each.path("value")));
            if (content.has("example")) {
                examples.add(content.path("example"));
            }
            examples.forEach(example -> mistakes.addAll(DOCUMENT.mistakes(content.path("schema"), example)));
        }
        assertThat(mistakes).isEmpty();
    }
}
