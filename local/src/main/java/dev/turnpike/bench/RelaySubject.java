package dev.turnpike.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// The floor, read straight from its HTTP server.
final class RelaySubject implements Subject {
    private static final byte[] REQUEST = "{\"model\":\"gpt-4o-mini\",\"messages\":[],\"stream\":true}".getBytes(UTF_8);

    private final Process process;
    private final URI url;

    private RelaySubject(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    static RelaySubject start(Upstream upstream) throws IOException {
        List<String> command = new ArrayList<>(Jvm.command(Jvm.ownClassPath(), Relay.class.getName()));
        command.add(upstream.baseUrl() + "/chat/completions");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port = process.inputReader(UTF_8).readLine();
        return new RelaySubject(process, URI.create("http://127.0.0.1:" + port + "/"));
    }

    @Override
    public String marker() {
        return "\"content\":\"";
    }

    @Override
    public InputStream ask() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(REQUEST);
        }
        return connection.getInputStream();
    }

    @Override
    public Meter meter() {
        return new Meter(process.pid());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
