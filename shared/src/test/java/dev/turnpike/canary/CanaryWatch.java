package dev.turnpike.canary;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Reads along on the standard streams, where the functions' log lines go, and fails the test after which one of the
/// [Canaries] is there. Found by JUnit itself, for every test of every module that has this one's tests at hand.
public final class CanaryWatch implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final Tee OUT = new Tee();
    private static final Tee ERR = new Tee();

    /// Again for each class, because a class may have put streams of its own there, and those before back.
    @Override
    public void beforeAll(ExtensionContext context) {
        System.setOut(OUT.over(System.out));
        System.setErr(ERR.over(System.err));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        check();
    }

    /// What comes after a class's last test, when what it started is stopped.
    @Override
    public void afterAll(ExtensionContext context) {
        check();
    }

    private static void check() {
        Canaries.assertClean("the standard output", OUT.take());
        Canaries.assertClean("the standard error", ERR.take());
    }

    /// Passes on what is written, and keeps it until it is taken.
    static final class Tee {
        private ByteArrayOutputStream kept = new ByteArrayOutputStream();

        PrintStream over(PrintStream stream) {
            return stream instanceof Watched ? stream : new Watched(this, stream);
        }

        synchronized void keep(byte[] bytes, int offset, int length) {
            kept.write(bytes, offset, length);
        }

        /// What was written since the last time, and the end of what was before, across which a canary may lie.
        synchronized String take() {
            String text = kept.toString(UTF_8);
            kept = new ByteArrayOutputStream();
            kept.writeBytes(text.substring(Math.max(0, text.length() - Canaries.RUN + 1))
                    .getBytes(UTF_8));
            return text;
        }
    }

    private static final class Watched extends PrintStream {
        Watched(Tee tee, PrintStream stream) {
            super(
                    new OutputStream() {
                        @Override
                        public void write(int one) {
                            write(new byte[] {(byte) one}, 0, 1);
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) {
                            tee.keep(bytes, offset, length);
                            stream.write(bytes, offset, length);
                        }

                        @Override
                        public void flush() {
                            stream.flush();
                        }
                    },
                    true,
                    UTF_8);
        }
    }
}
