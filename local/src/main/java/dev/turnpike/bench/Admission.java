package dev.turnpike.bench;

import static dev.turnpike.bench.Report.number;
import static dev.turnpike.bench.Report.verdict;

import dev.turnpike.emulator.Cloud;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What limits and caps add before the first token: the same function with and without them, asked by turns.
///
/// How many calls of the table wait for one another, a table shows that takes its time: what is added, in its delays.
final class Admission {
    private static final Duration SLOW = Duration.ofMillis(20);
    private static final int ROUND_TRIPS = 2;

    /// A request for a key, a tenant and a run that are all limited and capped.
    private static final Map<String, String> CAPPED = Map.of(
            "REQUESTS_PER_MINUTE", "1000000",
            "DAILY_TOKEN_LIMIT", "2000000000",
            "SPENDING_CAPS", "tenant/month=1000000usd, run=1000usd");

    private final Site site;
    private final TaskFolder task;
    private final boolean quick;
    private final Report report;

    Admission(Site site, TaskFolder task, boolean quick, Report report) {
        this.site = site;
        this.task = task;
        this.quick = quick;
        this.report = report;
    }

    private record Medians(double without, double with) {
        double added() {
            return with - without;
        }
    }

    void run() throws IOException {
        site.upstream().say(new Upstream.Script(3, Duration.ZERO));
        report.section("First token with limits and caps (without | with)");
        Medians fast = measure(Duration.ZERO);
        Medians slow = measure(SLOW);
        double trips = slow.added() / SLOW.toMillis();
        row("a model that answers at once, ms", fast);
        report.row("  of that", "", "", "within 10 %", verdict(fast.with / fast.without, 1.1, "%.2f x"));
        row("calls of the table take 20 ms more, ms", slow);
        report.row(
                "round trips that are added",
                "",
                number("%.1f", trips),
                "at most " + ROUND_TRIPS,
                verdict(trips, ROUND_TRIPS + 0.5, "%.1f"));
        double model = 500;
        report.row(
                "  of a first token after half a second",
                "",
                "",
                "within 10 %",
                verdict((model + fast.with) / (model + fast.without), 1.1, "%.3f x"));
    }

    private void row(String what, Medians medians) {
        report.row(what, number("%.1f", medians.without), number("%.1f", medians.with));
    }

    private Medians measure(Duration delay) throws IOException {
        Cloud real = site.cloud();
        try (CapacityProxy proxy = CapacityProxy.start(real.dynamo(), delay)) {
            Cloud slowed = delay.isZero()
                    ? real
                    : new Cloud(
                            proxy.url(), real.sqs(), real.secrets(), real.region(), real.accessKey(), real.secretKey());
            Map<String, String> plain = site.environment(task.root(), slowed);
            Map<String, String> capped = site.environment(task.root(), slowed);
            capped.putAll(CAPPED);
            try (ApiSubject without = new ApiSubject(task.wrapper(), plain, site.apiKey());
                    ApiSubject with = new ApiSubject(task.wrapper(), capped, site.apiKey())) {
                return byTurns(without, with);
            }
        }
    }

    private Medians byTurns(ApiSubject without, ApiSubject with) throws IOException {
        int rounds = quick ? 60 : 300;
        for (int i = 0; i < rounds; i++) {
            firstToken(without);
            firstToken(with);
        }
        List<Double> plain = new ArrayList<>();
        List<Double> capped = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            plain.add(firstToken(without));
            capped.add(firstToken(with));
        }
        return new Medians(median(plain), median(capped));
    }

    private static double firstToken(ApiSubject api) throws IOException {
        long start = System.nanoTime();
        double first = 0;
        try (var lines = new BufferedReader(new InputStreamReader(api.ask(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (first == 0 && line.contains(api.marker())) {
                    first = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        if (first == 0) {
            throw new IOException("The request was not answered.");
        }
        return first;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
