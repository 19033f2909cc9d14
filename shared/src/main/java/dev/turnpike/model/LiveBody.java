package dev.turnpike.model;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A body that says so whenever something of it has arrived: comments and empty chunks are signs of life too.
final class LiveBody extends FilterInputStream {
    private final Runnable alive;

    LiveBody(InputStream body, Runnable alive) {
        super(body);
        this.alive = alive;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        alive.run();
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        alive.run();
        return count;
    }
}
