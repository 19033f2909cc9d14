package dev.turnpike.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// One answer, read to its end.
final class Reading {
    private final byte[] marker;
    private final long askedNanos = System.nanoTime();
    private long firstNanos;
    private long[] latencies = new long[1_024];
    private int chunks;
    private int matched;
    private long sent;

    private Reading(String marker) {
        this.marker = marker.getBytes(US_ASCII);
    }

    /// @throws IOException when no chunk came
    static Reading of(Subject subject) throws IOException {
        Reading reading = new Reading(subject.marker());
        try (InputStream answer = subject.ask()) {
            reading.read(answer);
        }
        return reading;
    }

    private void read(InputStream answer) throws IOException {
        byte[] piece = new byte[16 * 1024];
        for (int length = answer.read(piece); length >= 0; length = answer.read(piece)) {
            long now = System.nanoTime();
            for (int i = 0; i < length; i++) {
                take(piece[i], now);
            }
        }
        if (chunks == 0) {
            throw new IOException("The answer had no chunk.");
        }
    }

    /// Whichever comes next: a byte of the marker, or of the number that follows it.
    private void take(byte next, long now) {
        if (matched < marker.length) {
            matched = next == marker[matched] ? matched + 1 : next == marker[0] ? 1 : 0;
        } else if (next >= '0' && next <= '9') {
            sent = 10 * sent + next - '0';
        } else {
            arrived(now);
            matched = 0;
            sent = 0;
        }
    }

    private void arrived(long now) {
        if (chunks == 0) {
            firstNanos = now;
        }
        if (chunks == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * chunks);
        }
        latencies[chunks++] = now - sent;
    }

    int chunks() {
        return chunks;
    }

    /// From the request to the first chunk.
    long firstTokenNanos() {
        return firstNanos - askedNanos;
    }

    /// Of each chunk, from the upstream's write to this process's read.
    long[] latencies() {
        return Arrays.copyOf(latencies, chunks);
    }
}
