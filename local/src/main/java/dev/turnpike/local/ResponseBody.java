package dev.turnpike.local;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/// The answer of an invocation on its way from the function's connection to whoever called.
///
/// Never makes the function wait: a caller that reads slowly, or not at all, finds it all here.
final class ResponseBody extends InputStream {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int readOfFirst;
    private boolean ended;
    private boolean closed;

    synchronized void append(byte[] piece) {
        if (!closed && !ended && piece.length > 0) {
            pieces.addLast(piece);
            notifyAll();
        }
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized int read() throws InterruptedIOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws InterruptedIOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        awaitPiece();
        int copied = 0;
        while (copied < length && !pieces.isEmpty()) {
            copied += copyFromFirst(into, offset + copied, length - copied);
        }
        return copied == 0 ? -1 : copied;
    }

    private void awaitPiece() throws InterruptedIOException {
        try {
            while (pieces.isEmpty() && !ended && !closed) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for the function's answer");
        }
    }

    private int copyFromFirst(byte[] into, int offset, int length) {
        byte[] first = pieces.element();
        int size = Math.min(length, first.length - readOfFirst);
        System.arraycopy(first, readOfFirst, into, offset, size);
        readOfFirst += size;
        if (readOfFirst == first.length) {
            pieces.remove();
            readOfFirst = 0;
        }
        return size;
    }

    @Override
    public synchronized int available() {
        return pieces.stream().mapToInt(piece -> piece.length).sum() - readOfFirst;
    }

    @Override
    public synchronized void close() {
        closed = true;
        pieces.clear();
        readOfFirst = 0;
        notifyAll();
    }
}
