package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The sandbox as a process of its own: each request on standard input is its length in four bytes and its JSON, and so
/// is each answer on standard output. Before the first it answers with no bytes at all, when it is ready.
///
/// It ends with its input, and everything in it.
public final class SandboxMain {
    private static final int MAX_REQUEST_BYTES = 8 * 1024 * 1024;

    private final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();
    private final DataOutputStream answers;
    private final Box box;
    private final Limits limits;

    private SandboxMain(OutputStream answers, Box box, Limits limits) {
        this.answers = new DataOutputStream(new BufferedOutputStream(answers));
        this.box = box;
        this.limits = limits;
    }

    /// @param arguments where commands may write; `alone` if nobody else does; the megabytes that there are
    public static void main(String[] arguments) throws Exception {
        OutputStream answers = System.out;
        System.setOut(System.err); // Whatever is printed by mistake is no answer.
        var box = new Box(Path.of(arguments[0]), arguments[1].equals("alone"));
        new SandboxMain(answers, box, Limits.withMemory(Integer.parseInt(arguments[2]))).serve();
    }

    private void serve() throws Exception {
        Thread.ofPlatform().daemon().name("requests").start(this::listen);
        answer(new byte[0]);
        while (true) {
            answer(answerTo(requests.take()));
        }
    }

    /// Beside the commands, so that the end of the input ends one that still runs.
    private void listen() {
        try (var input = new DataInputStream(System.in)) {
            while (true) {
                int length = input.readInt();
                if (length <= 0 || length > MAX_REQUEST_BYTES) {
                    throw new IOException("a request of " + length + " bytes");
                }
                requests.add(input.readNBytes(length));
            }
        } catch (IOException _) {
            box.stop();
            Runtime.getRuntime().halt(0);
        }
    }

    private byte[] answerTo(byte[] request) throws IOException {
        try {
            return AnswerWire.of(box.run(RequestWire.read(request), limits), FunctionSandbox.MAX_BYTES);
        } catch (DirtyBoxException left) {
            System.err.println("The sandbox ends: " + left.getMessage());
            Runtime.getRuntime().halt(1);
            throw left;
        } catch (RuntimeException e) {
            return ("{\"errorType\":\"" + e.getClass().getName() + "\"}").getBytes(UTF_8);
        }
    }

    private void answer(byte[] answer) throws IOException {
        answers.writeInt(answer.length);
        answers.write(answer);
        answers.flush();
    }
}
