package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.SnapshotHooks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;

/// Does what its event says, in a process where a test cannot reach it otherwise.
public final class ScriptedHandler implements RequestStreamHandler, SnapshotHooks {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        String[] words = new String(input.readAllBytes(), UTF_8).split(" ", 2);
        var text = new PrintStream(output, false, UTF_8);
        switch (words[0]) {
            case "hold" -> {
                text.print("first ");
                text.flush();
                holdUntilClosed(Integer.parseInt(words[1]));
                text.print("second");
                text.flush();
            }
            case "hold-unbegun" -> holdUntilClosed(Integer.parseInt(words[1]));
            case "fail" -> {
                text.print("begun");
                text.flush();
                throw new IllegalStateException("mid-stream");
            }
            case "jvm" -> {
                text.println(ManagementFactory.getRuntimeMXBean().getInputArguments());
                text.print(System.getProperty("java.class.path"));
                text.flush();
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /// Calls the test on a port of its own, and goes on when it hangs up.
    private static void holdUntilClosed(int port) throws IOException {
        try (var test = new Socket(InetAddress.getLoopbackAddress(), port)) {
            test.getInputStream().readAllBytes();
        }
    }

    @Override
    public void beforeCheckpoint() {
        System.out.println("before checkpoint");
    }

    @Override
    public void afterRestore() {
        System.out.println("after restore");
    }
}
