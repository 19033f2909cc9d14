package dev.turnpike.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/// Measures, and prints one table.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Choice choice;
        try {
            choice = Choice.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Report report = new Report();
        report.note(machine());
        Path project = Path.of("").toAbsolutePath();
        try (Site site = Site.start()) {
            if (choice.has(Choice.Section.STREAM)) {
                TaskFolder task = TaskFolder.unpack(project, site.folder().resolve("stream"));
                new Streaming(site, task, choice.quick(), report).run();
            }
            if (choice.has(Choice.Section.COLD)) {
                new ColdStart(site, project, choice.quick(), report).run();
            }
            if (choice.has(Choice.Section.CAPACITY)) {
                TaskFolder task = TaskFolder.unpack(project, site.folder().resolve("capacity"));
                new Capacity(site, task, report).run();
            }
            if (choice.has(Choice.Section.ADMISSION)) {
                TaskFolder task = TaskFolder.unpack(project, site.folder().resolve("admission"));
                new Admission(site, task, choice.quick(), report).run();
            }
            if (choice.has(Choice.Section.RUN)) {
                TaskFolder task = TaskFolder.unpack(project, site.folder().resolve("run"));
                new LongRun(site, task, report).run();
            }
        }
        System.out.print(report);
        System.exit(0);
    }

    private static String machine() {
        return "%d cores, load %.1f before the start, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        Runtime.version());
    }
}
