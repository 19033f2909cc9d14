package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;

/// The reference server of the Model Context Protocol's own authors, which shows everything that a server may do.
final class EverythingServer implements AutoCloseable {
    private static final Path MAIN = Path.of("node_modules/@modelcontextprotocol/server-everything/dist/index.js");

    private final Process process;
    private final int port;

    private EverythingServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Returns when it listens.
    ///
    /// @param installed where npm has put it
    static EverythingServer start(Path installed) throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder("node", MAIN.toString(), "streamableHttp")
                .directory(installed.toFile())
                .redirectErrorStream(true);
        builder.environment().put("PORT", "" + port);
        Process process = builder.start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains("listening")) {
                Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
                return new EverythingServer(process, port);
            }
        }
        throw new IOException("the server ended with " + process.exitValue());
    }

    int port() {
        return port;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port + "/mcp");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
