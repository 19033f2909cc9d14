package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.fake.ImageHeaders;
import dev.turnpike.tokens.ModelCounter;
import dev.turnpike.tokens.TokenRules;
import dev.turnpike.tool.ToolSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Our counts against those that providers reported for the same requests. The rows were recorded by others; each says
/// where. What is counted from a request is all that it holds but for images, of which only the size is kept.
class ReportedUsageTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern IMAGE = Pattern.compile("(png|jpeg):([0-9]+)x([0-9]+)");
    private static final UsageEstimate ESTIMATE = new UsageEstimate(new ModelCounter());

    /// The worst error of a single row, as a share of what was reported. Short prompts err most: a few tokens are much
    /// of them. A family that is not here has other encodings, and is told of its tools in words of its own.
    private static final Map<String, Double> WORST =
            Map.of("OpenAI text", 0.02, "OpenAI tools", 0.12, "OpenAI formats", 0.1, "OpenAI images", 0.02);

    record Row(String family, String source, long tokens, ModelRequest request) {
        double error() {
            return (double) (estimate() - tokens) / tokens;
        }

        long estimate() {
            return ESTIMATE.of(request, "").inputTokens();
        }

        /// Negative where the bound would hold without a margin.
        long marginUsed() {
            return tokens - ESTIMATE.mostCounted(request);
        }

        @Override
        public String toString() {
            return family + ", " + request.model() + ", " + tokens + " tokens: " + source;
        }
    }

    @Test
    void theEstimateIsNearWhatWasReported() throws IOException {
        Map<String, List<Row>> families = new TreeMap<>(rows().stream().collect(groupingBy(Row::family)));
        System.out.printf(
                "%-16s %4s %11s %12s %12s %12s%n",
                "family", "rows", "mean error", "worst error", "most/report", "margin used");
        families.forEach((family, rows) -> {
            double worst = rows.stream()
                    .mapToDouble(row -> Math.abs(row.error()))
                    .max()
                    .orElseThrow();
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %4d %10.1f%% %11.1f%% %12.2f %12d%n",
                    family,
                    rows.size(),
                    100
                            * rows.stream()
                                    .mapToDouble(row -> Math.abs(row.error()))
                                    .average()
                                    .orElseThrow(),
                    100 * worst,
                    rows.stream()
                            .mapToDouble(row -> (double) ESTIMATE.most(row.request()) / row.tokens())
                            .average()
                            .orElseThrow(),
                    rows.stream().mapToLong(Row::marginUsed).max().orElseThrow());
            assertThat(worst).as(family).isLessThanOrEqualTo(WORST.getOrDefault(family, 1.0));
        });
        assertThat(families.keySet()).containsAll(WORST.keySet());
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void noProviderReportedMoreThanTheBound(Row row) {
        assertThat(ESTIMATE.most(row.request())).isGreaterThanOrEqualTo(row.tokens());
        assertThat(ESTIMATE.cheapMost(row.request())).isGreaterThanOrEqualTo(ESTIMATE.most(row.request()));
        assertThat(ESTIMATE.most(row.request())).isGreaterThanOrEqualTo(row.estimate());
    }

    /// The margin is what is left of the error when the other half of the bound is counted, and some more.
    @ParameterizedTest
    @MethodSource("rows")
    void theNarrowMarginIsForModelsThatOpenAiServes(Row row) {
        assertThat(TokenRules.of(row.request().model()).openAi())
                .isEqualTo(row.family().startsWith("OpenAI"));
    }

    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = ReportedUsageTest.class.getResourceAsStream("reported-usage.jsonl")) {
            for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                JsonNode row = JSON.readTree(line);
                rows.add(new Row(
                        row.path("family").asString(),
                        row.path("source").asString(),
                        row.path("tokens").asLong(),
                        request(row)));
            }
        }
        return rows;
    }

    private static ModelRequest request(JsonNode row) {
        List<Item> items = new ArrayList<>();
        row.path("messages").forEach(message -> items.addAll(items(message)));
        List<ToolSpec> tools = new ArrayList<>();
        for (JsonNode tool : row.path("tools")) {
            JsonNode function = tool.path("function");
            tools.add(new ToolSpec(
                    function.path("name").asString(),
                    function.path("description").asString(),
                    function.path("parameters").toString(),
                    null));
        }
        Map<String, String> parameters = row.has("response_format")
                ? Map.of("response_format", row.path("response_format").toString())
                : Map.of();
        return new ModelRequest(
                row.path("model").asString(), null, items, tools, ToolChoice.AUTO, true, 100, parameters);
    }

    private static List<Item> items(JsonNode message) {
        JsonNode content = message.path("content");
        if (message.path("role").asString().equals("tool")) {
            String call = message.path("tool_call_id").asString();
            return List.of(new Item.ToolResult("", call, content.asString(), Outcome.DONE, Executor.CLIENT));
        }
        List<Item> items = new ArrayList<>();
        if (!content.isNull()) {
            List<Part> parts = new ArrayList<>();
            if (content.isString()) {
                parts.add(new Part.Text(content.asString()));
            }
            content.forEach(part -> parts.add(part(part)));
            items.add(new Message(
                    "",
                    role(message),
                    parts,
                    false,
                    message.path("name").asStringOpt().orElse(null)));
        }
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            items.add(new Item.ToolCall(
                    "",
                    call.path("id").asString(),
                    function.path("name").asString(),
                    function.path("arguments").asString(),
                    Executor.CLIENT));
        }
        return items;
    }

    private static Role role(JsonNode message) {
        return Role.valueOf(message.path("role").asString().toUpperCase(Locale.ROOT));
    }

    /// An image is named by its format and size: `jpeg:597x566`.
    private static Part part(JsonNode part) {
        if (part.has("text")) {
            return new Part.Text(part.path("text").asString());
        }
        Matcher image = IMAGE.matcher(part.path("image_url").path("url").asString());
        assertThat(image.matches()).isTrue();
        int width = Integer.parseInt(image.group(2));
        int height = Integer.parseInt(image.group(3));
        byte[] header =
                image.group(1).equals("jpeg") ? ImageHeaders.jpeg(width, height) : ImageHeaders.png(width, height);
        return new Part.Image(
                ImageHeaders.url(header),
                part.path("image_url").path("detail").asStringOpt().orElse(null));
    }
}
