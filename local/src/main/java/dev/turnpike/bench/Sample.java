package dev.turnpike.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/// What some streams cost that were open side by side.
///
/// @param latencies of all chunks, sorted, in nanoseconds
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record Sample(long[] latencies, Duration cpu, Duration wall) {
    static Sample of(Subject subject, int streams) throws IOException {
        Meter meter = subject.meter();
        Duration before = meter.cpu();
        long start = System.nanoTime();
        List<Reading> readings = read(subject, streams);
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        long[] latencies = readings.stream()
                .flatMapToLong(reading -> LongStream.of(reading.latencies()))
                .sorted()
                .toArray();
        return new Sample(latencies, meter.cpu().minus(before), wall);
    }

    private static List<Reading> read(Subject subject, int streams) throws IOException {
        Callable<Reading> reading = () -> Reading.of(subject);
        try (ExecutorService readers =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            return readers.invokeAll(java.util.Collections.nCopies(streams, reading)).stream()
                    .map(Sample::get)
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Reading get(Future<Reading> reading) {
        try {
            return reading.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("A stream broke off.", e);
        }
    }

    /// As one, of rounds that took turns with another subject's.
    static Sample all(List<Sample> rounds) {
        long[] latencies = rounds.stream()
                .flatMapToLong(round -> Arrays.stream(round.latencies))
                .sorted()
                .toArray();
        return new Sample(latencies, sum(rounds, Sample::cpu), sum(rounds, Sample::wall));
    }

    private static Duration sum(List<Sample> rounds, java.util.function.Function<Sample, Duration> part) {
        return rounds.stream().map(part).reduce(Duration.ZERO, Duration::plus);
    }

    double latencyMillis(double quantile) {
        return latencies[(int) Math.min(latencies.length - 1, Math.round(quantile * latencies.length))] / 1e6;
    }

    double cpuMicrosPerChunk() {
        return cpu.toNanos() / 1e3 / latencies.length;
    }

    double chunksPerSecond() {
        return latencies.length * 1e9 / wall.toNanos();
    }
}
