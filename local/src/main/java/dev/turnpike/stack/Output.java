package dev.turnpike.stack;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/// Standard output and error until they are muted.
final class Output {
    private volatile boolean muted;

    /// Takes the place of both.
    static Output install() {
        Output output = new Output();
        System.setOut(new PrintStream(output.new Muting(System.out), true));
        System.setErr(new PrintStream(output.new Muting(System.err), true));
        return output;
    }

    void mute() {
        muted = true;
    }

    private final class Muting extends FilterOutputStream {
        Muting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            if (!muted) {
                out.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!muted) {
                out.write(bytes, offset, length);
            }
        }
    }
}
