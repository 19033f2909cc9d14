package dev.turnpike.bench;

import static dev.turnpike.bench.Report.number;
import static dev.turnpike.bench.Report.verdict;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.bench.CapacityProxy.Consumed;
import dev.turnpike.emulator.Cloud;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a turn costs in DynamoDB's units, by how long the conversation is already.
final class Capacity {
    private static final int[] LENGTHS = {10, 100, 1_000};
    private static final Pattern RESPONSE_ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");
    private static final JsonMapper MAPPER = new JsonMapper();

    /// About a hundred tokens, as a turn's text has.
    private static final String TEXT = "The quick brown fox jumps over the lazy dog and runs home again. ".repeat(6);

    private final Site site;
    private final TaskFolder task;
    private final Report report;

    Capacity(Site site, TaskFolder task, Report report) {
        this.site = site;
        this.task = task;
        this.report = report;
    }

    void run() throws IOException {
        site.upstream().say(new Upstream.Script(20, Duration.ZERO));
        report.section("DynamoDB units per turn (one question, one answer)");
        Cloud real = site.cloud();
        try (CapacityProxy proxy = CapacityProxy.start(real.dynamo())) {
            Cloud counted = new Cloud(
                    proxy.url(), real.sqs(), real.secrets(), real.region(), real.accessKey(), real.secretKey());
            Map<Integer, Consumed> turns = new TreeMap<>();
            try (ApiSubject api =
                    new ApiSubject(task.wrapper(), site.environment(task.root(), counted), site.apiKey())) {
                for (int length : LENGTHS) {
                    turns.put(length, turn(api, proxy, length));
                }
            }
            turns.forEach(this::tell);
            compare(turns, 100);
            compare(turns, 10);
        }
    }

    /// A turn of a conversation that was begun with so many items, less its first answer.
    private static Consumed turn(ApiSubject api, CapacityProxy proxy, int length) throws IOException {
        String first = ask(api, request(length - 1));
        String second = ask(api, request(1).put("previous_response_id", first));
        proxy.take();
        String third = ask(api, request(1).put("previous_response_id", second));
        if (third.isEmpty()) {
            throw new IOException("The turn was not answered.");
        }
        return proxy.take();
    }

    private static ObjectNode request(int items) {
        ObjectNode request =
                MAPPER.createObjectNode().put("model", "gpt-4o-mini").put("stream", true);
        ArrayNode input = request.putArray("input");
        for (int i = 0; i < items; i++) {
            boolean answer = i % 2 == 1 && i < items - 1;
            input.addObject().put("role", answer ? "assistant" : "user").put("content", TEXT);
        }
        return request;
    }

    private static String ask(ApiSubject api, ObjectNode request) throws IOException {
        try (InputStream answer = api.ask(request)) {
            String text = new String(answer.readAllBytes(), UTF_8);
            Matcher id = RESPONSE_ID.matcher(text);
            if (!text.contains("response.completed") || !id.find()) {
                throw new IOException("The turn failed: " + text);
            }
            return id.group(1);
        }
    }

    private void tell(int length, Consumed turn) {
        report.row(
                length + " items: %d calls, read + write units".formatted(turn.calls()),
                "",
                number("%.1f", turn.read()) + " + " + number("%.1f", turn.write()));
    }

    /// A window of 100 messages is full at 100 items: from there on nothing may grow. With 10 items it is not.
    private void compare(Map<Integer, Consumed> turns, int length) {
        Consumed few = Objects.requireNonNull(turns.get(length));
        Consumed many = Objects.requireNonNull(turns.get(1_000));
        double units = (many.read() + many.write()) / (few.read() + few.write());
        String what = "1,000 against %d items, ".formatted(length);
        report.row(what + "units", "", "", "within 10 %", verdict(units, 1.1, "%.2f x"));
        report.row(what + "price", "", "", "", number("%.2f x", many.weighted() / few.weighted()));
    }
}
