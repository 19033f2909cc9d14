package dev.turnpike.bench;

import static dev.turnpike.bench.Report.number;
import static dev.turnpike.bench.Report.verdict;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.bench.CapacityProxy.Consumed;
import dev.turnpike.demo.DemoModel;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.run.RunKey;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a run costs that calls one tool after the other, in a conversation of 200,000 tokens, by how often it does.
final class LongRun {
    private static final int[] CALLS = {25, 50, 100};
    private static final int ITEMS = 100;

    /// About 2,000 tokens.
    private static final String TEXT = "The quick brown fox jumps over the lazy dog and runs home again. ".repeat(143);

    private static final Pattern RESPONSE_ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");
    private static final Pattern STEPS = Pattern.compile("\"steps\":(\\d+)");
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Site site;
    private final TaskFolder task;
    private final Report report;

    LongRun(Site site, TaskFolder task, Report report) {
        this.site = site;
        this.task = task;
        this.report = report;
    }

    /// @param stored what it added to the table
    private record Cost(int calls, int steps, Stored stored, Consumed consumed) {
        double perCall(double total) {
            return total / calls;
        }
    }

    /// @param bytes of names and values
    private record Stored(long rows, long bytes) {}

    void run() throws IOException {
        report.section("A run of many tool calls, 200,000 tokens before it");
        Cloud real = site.cloud();
        try (DemoModel model = DemoModel.start(Duration.ZERO);
                DynamoDbClient dynamo = real.dynamoClient();
                CapacityProxy proxy = CapacityProxy.start(real.dynamo())) {
            Cloud counted = new Cloud(
                    proxy.url(), real.sqs(), real.secrets(), real.region(), real.accessKey(), real.secretKey());
            Map<String, String> environment = new HashMap<>(site.environment(task.root(), counted));
            environment.put("OPENAI_BASE_URL", model.baseUrl().toString());
            environment.put("MAX_STEPS", "500");
            environment.put("CONTEXT_WINDOW", "1000000");
            List<Cost> costs = new ArrayList<>();
            try (ApiSubject api = new ApiSubject(task.wrapper(), environment, site.apiKey())) {
                for (int calls : CALLS) {
                    costs.add(measure(api, proxy, dynamo, calls));
                }
            }
            costs.forEach(this::tell);
            compare(costs.getFirst(), costs.getLast());
        }
    }

    private Cost measure(ApiSubject api, CapacityProxy proxy, DynamoDbClient dynamo, int calls) throws IOException {
        String first = ask(api, conversation());
        Stored before = stored(dynamo, first);
        proxy.take();
        ObjectNode request = request().put("previous_response_id", run(first).responseId());
        String last = ask(api, request.put("input", "[tool turns: %d]".formatted(calls)));
        Consumed consumed = proxy.take();
        Stored after = stored(dynamo, last);
        Matcher steps = STEPS.matcher(last);
        if (!steps.find()) {
            throw new IOException("A response without its steps: " + last);
        }
        Stored added = new Stored(after.rows - before.rows, after.bytes - before.bytes);
        return new Cost(calls, Integer.parseInt(steps.group(1)), added, consumed);
    }

    private static ObjectNode request() {
        return MAPPER.createObjectNode().put("model", "gpt-4o-mini").put("stream", true);
    }

    private static ObjectNode conversation() {
        ObjectNode request = request();
        ArrayNode input = request.putArray("input");
        for (int i = 0; i < ITEMS - 1; i++) {
            input.addObject().put("role", i % 2 == 1 ? "assistant" : "user").put("content", TEXT);
        }
        return request;
    }

    /// @return the last event, which holds the whole response
    private static String ask(ApiSubject api, ObjectNode request) throws IOException {
        try (InputStream answer = api.ask(request)) {
            String text = new String(answer.readAllBytes(), UTF_8);
            int end = text.lastIndexOf("event: response.completed");
            if (end < 0) {
                throw new IOException("The run failed: " + text.substring(Math.max(0, text.length() - 2_000)));
            }
            return text.substring(end);
        }
    }

    private static RunKey run(String response) throws IOException {
        Matcher id = RESPONSE_ID.matcher(response);
        if (!id.find()) {
            throw new IOException("A response without an id: " + response);
        }
        return RunKey.parse(Site.TENANT, id.group(1)).orElseThrow();
    }

    /// What the response's conversation has in the table.
    private Stored stored(DynamoDbClient dynamo, String response) throws IOException {
        AttributeValue pk = AttributeValue.fromS(
                "T#" + Site.TENANT + "#C#" + run(response).conversation().id());
        long rows = 0;
        long bytes = 0;
        for (Map<String, AttributeValue> row : dynamo.queryPaginator(query -> query.tableName(site.table())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", pk)))
                .items()) {
            rows++;
            bytes += row.entrySet().stream().mapToLong(LongRun::bytes).sum();
        }
        return new Stored(rows, bytes);
    }

    /// Texts are ASCII here; a number counts by its digits, which is more than the table takes.
    private static long bytes(Map.Entry<String, AttributeValue> attribute) {
        AttributeValue value = attribute.getValue();
        long content = value.b() != null
                ? value.b().asByteArrayUnsafe().length
                : String.valueOf(value.s() == null ? value.n() : value.s()).length();
        return attribute.getKey().length() + content;
    }

    private void tell(Cost cost) {
        report.row("%d calls, %d steps: rows, KB stored".formatted(cost.calls, cost.steps), "", stored(cost));
        report.row("  read + write units, calls of the table", "", consumed(cost));
        report.row(
                "  per call: KB, read + write units",
                "",
                number("%.2f", cost.perCall(cost.stored.bytes / 1e3)) + ", "
                        + number("%.2f", cost.perCall(cost.consumed.read())) + " + "
                        + number("%.2f", cost.perCall(cost.consumed.write())));
    }

    private static String stored(Cost cost) {
        return "%d, %s".formatted(cost.stored.rows, number("%.1f", cost.stored.bytes / 1e3));
    }

    private static String consumed(Cost cost) {
        return number("%.1f", cost.consumed.read()) + " + " + number("%.1f", cost.consumed.write()) + ", "
                + cost.consumed.calls();
    }

    private void compare(Cost few, Cost many) {
        String what = "per call, %d against %d calls, ".formatted(many.calls, few.calls);
        tell(what + "bytes", many.perCall((double) many.stored.bytes) / few.perCall((double) few.stored.bytes));
        tell(what + "write units", many.perCall(many.consumed.write()) / few.perCall(few.consumed.write()));
        tell(what + "read units", many.perCall(many.consumed.read()) / few.perCall(few.consumed.read()));
    }

    private void tell(String what, double ratio) {
        report.row(what, "", "", "within 15 %", verdict(ratio, 1.15, "%.2f x"));
    }
}
