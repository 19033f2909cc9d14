package dev.turnpike.bench;

import static dev.turnpike.bench.Report.number;
import static dev.turnpike.bench.Report.verdict;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// What the api function does to a stream, beside the floor. Both take turns, so that whatever else this machine does
/// falls on both.
final class Streaming {
    private static final int MANY = 64;
    private static final Duration ONE_PACE = Duration.ofMillis(5);
    private static final Duration MANY_PACE = Duration.ofMillis(40);

    private final Site site;
    private final TaskFolder task;
    private final int rounds;
    private final Report report;

    Streaming(Site site, TaskFolder task, boolean quick, Report report) {
        this.site = site;
        this.task = task;
        this.rounds = quick ? 1 : 4;
        this.report = report;
    }

    void run() throws IOException {
        try (Subject floor = RelaySubject.start(site.upstream());
                Subject api =
                        new ApiSubject(task.wrapper(), site.environment(task.root(), site.cloud()), site.apiKey())) {
            warm(floor, 1);
            warm(api, 1);
            oneStream(floor, api);
            long peak = api.meter().peakBytes();
            double megabytes = peak / 1e6;
            report.row(
                    "peak memory, MB",
                    number("%.0f", floor.meter().peakBytes() / 1e6),
                    number("%.0f", megabytes),
                    "< 200",
                    verdict(megabytes, 200, "%.0f"));
        }
        try (Subject floor = RelaySubject.start(site.upstream());
                Subject api = new ApiSubject(shared(), site.environment(task.root(), site.cloud()), site.apiKey())) {
            warm(floor, MANY);
            warm(api, MANY);
            manyStreams(floor, api);
        }
    }

    private List<String> shared() {
        List<String> command =
                new ArrayList<>(Jvm.command(task.classPath() + ":" + Jvm.ownClassPath(), SharedApi.class.getName()));
        command.add(Integer.toString(MANY));
        return command;
    }

    /// Until the compilers have little left to do.
    private void warm(Subject subject, int streams) throws IOException {
        site.upstream().say(new Upstream.Script(32_000 / streams / 4, Duration.ZERO));
        for (int i = 0; i < 8; i++) {
            if (i == 0) {
                var _ = Reading.of(subject);
            }
            var _ = Sample.of(subject, streams);
        }
    }

    private void oneStream(Subject floor, Subject api) throws IOException {
        report.section("one stream");
        firstToken(floor, api);
        site.upstream().say(new Upstream.Script(2_500, ONE_PACE));
        Pair alone = compare(floor, api, 1);
        String each = "a chunk each " + ONE_PACE.toMillis() + " ms: ";
        latency(each, alone);
        cpu(each, alone, true);
        site.upstream().say(new Upstream.Script(8_000, Duration.ZERO));
        Pair fast = compare(floor, api, 1);
        cpu("as fast as it goes: ", fast, false);
        throughput("as fast as it goes: ", fast);
    }

    private void manyStreams(Subject floor, Subject api) throws IOException {
        report.section(MANY + " streams in one process");
        site.upstream().say(new Upstream.Script(150, MANY_PACE));
        Pair paced = compare(floor, api, MANY);
        String each = "a chunk each " + MANY_PACE.toMillis() + " ms: ";
        latency(each, paced);
        cpu(each, paced, true);
        site.upstream().say(new Upstream.Script(1_000, Duration.ZERO));
        Pair fast = compare(floor, api, MANY);
        cpu("as fast as it goes: ", fast, false);
        throughput("as fast as it goes: ", fast);
    }

    private record Pair(Sample floor, Sample api) {}

    private Pair compare(Subject floor, Subject api, int streams) throws IOException {
        List<Sample> floors = new ArrayList<>();
        List<Sample> apis = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            floors.add(Sample.of(floor, streams));
            apis.add(Sample.of(api, streams));
        }
        return new Pair(Sample.all(floors), Sample.all(apis));
    }

    private void firstToken(Subject floor, Subject api) throws IOException {
        site.upstream().say(new Upstream.Script(1, Duration.ZERO));
        int times = 10 * rounds + 1;
        long[] floors = new long[times];
        long[] apis = new long[times];
        for (int i = 0; i < times; i++) {
            floors[i] = Reading.of(floor).firstTokenNanos();
            apis[i] = Reading.of(api).firstTokenNanos();
        }
        report.row("first token, ms (median)", millis(floors), millis(apis));
    }

    private static String millis(long[] nanos) {
        return number("%.2f", LongStream.of(nanos).sorted().toArray()[nanos.length / 2] / 1e6);
    }

    private void latency(String how, Pair pair) {
        latency(how + "latency p50, ms", pair, 0.50, 0.3);
        latency(how + "latency p99, ms", pair, 0.99, 3);
    }

    private void latency(String what, Pair pair, double quantile, double limit) {
        double floor = pair.floor().latencyMillis(quantile);
        double api = pair.api().latencyMillis(quantile);
        report.row(
                what,
                number("%.3f", floor),
                number("%.3f", api),
                "<= " + limit + " added",
                verdict(api - floor, limit, "%+.3f"));
    }

    private void cpu(String how, Pair pair, boolean target) {
        double floor = pair.floor().cpuMicrosPerChunk();
        double api = pair.api().cpuMicrosPerChunk();
        report.row(
                how + "CPU, us per chunk",
                number("%.1f", floor),
                number("%.1f", api),
                target ? "<= 2.0 x" : "",
                target ? verdict(api / floor, 2.0, "%.2f x") : number("%.2f x", api / floor));
    }

    private void throughput(String how, Pair pair) {
        report.row(
                how + "chunks/s",
                number("%.0f", pair.floor().chunksPerSecond()),
                number("%.0f", pair.api().chunksPerSecond()));
    }
}
