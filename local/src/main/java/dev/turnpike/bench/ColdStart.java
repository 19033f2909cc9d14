package dev.turnpike.bench;

import static dev.turnpike.bench.Report.number;
import static dev.turnpike.bench.Report.verdict;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// From the start of the api function's process to the first token at its caller. The upstream answers at once; the
/// table and the key are there.
final class ColdStart {
    private final Site site;
    private final Path project;
    private final int runs;
    private final Report report;

    ColdStart(Site site, Path project, boolean quick, Report report) {
        this.site = site;
        this.project = project;
        this.runs = quick ? 3 : 9;
        this.report = report;
    }

    void run() throws IOException {
        site.upstream().say(new Upstream.Script(1, Duration.ZERO));
        TaskFolder plain = TaskFolder.unpack(project, site.folder().resolve("plain"));
        TaskFolder cached = TaskFolder.unpack(project, site.folder().resolve("cached"));
        cached.train(site, 3);
        report.section("cold start, median of " + runs);
        Starts floorStarts = new Starts();
        Starts plainStarts = new Starts();
        Starts cachedStarts = new Starts();
        for (int i = 0; i < runs; i++) {
            floorStarts.add(i, () -> RelaySubject.start(site.upstream()));
            plainStarts.add(i, () -> api(plain));
            cachedStarts.add(i, () -> api(cached));
        }
        plainStarts.tell("the zip as it is", floorStarts, 1.0);
        cachedStarts.tell("with an AOT cache", floorStarts, 0.5);
    }

    private Subject api(TaskFolder task) throws IOException {
        return new ApiSubject(task.wrapper(), site.environment(task.root(), site.cloud()), site.apiKey());
    }

    private interface Start {
        Subject now() throws IOException;
    }

    private final class Starts {
        private final long[] nanos = new long[runs];
        private final long[] cpuMillis = new long[runs];

        void add(int run, Start start) throws IOException {
            long before = System.nanoTime();
            try (Subject subject = start.now()) {
                long started = System.nanoTime();
                nanos[run] = started - before + Reading.of(subject).firstTokenNanos();
                cpuMillis[run] = subject.meter().cpu().toMillis();
            }
        }

        void tell(String what, Starts floor, double limitSeconds) {
            double seconds = median(nanos) / 1e9;
            report.row(
                    what + ": process to first token, s",
                    number("%.2f", median(floor.nanos) / 1e9),
                    number("%.2f", seconds),
                    "<= " + limitSeconds,
                    verdict(seconds, limitSeconds, "%.2f"));
            report.row(
                    what + ": CPU until then, s",
                    number("%.2f", median(floor.cpuMillis) / 1e3),
                    number("%.2f", median(cpuMillis) / 1e3));
        }

        private static long median(long[] values) {
            return Arrays.stream(values).sorted().toArray()[values.length / 2];
        }
    }
}
