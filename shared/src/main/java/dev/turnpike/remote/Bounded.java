package dev.turnpike.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Gives so many bytes at most, and fails when there are more.
final class Bounded extends FilterInputStream {
    private int left;

    Bounded(InputStream in, int mostBytes) {
        super(in);
        this.left = mostBytes;
    }

    @Override
    public int read() throws IOException {
        return counted(super.read(), 1);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        return counted(count, count);
    }

    private int counted(int read, int bytes) throws IOException {
        if (read >= 0) {
            left -= bytes;
        }
        if (left < 0) {
            throw new IOException("more than it may be");
        }
        return read;
    }
}
