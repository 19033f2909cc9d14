package dev.turnpike.effects;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// Counts effects by tool and idempotency key, outside of the processes whose tools have them. An effect happens at
/// once
/// and is confirmed a little later: whoever is killed in between does not know.
public final class World implements AutoCloseable {
    private static final String URL = "WORLD_URL";
    private static final int CONFIRMED_AFTER_MILLIS = 150;

    private final HttpServer server;
    private final ScheduledExecutorService confirmations = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Map<String, Integer>> effects = new HashMap<>();

    private World(HttpServer server) {
        this.server = server;
    }

    public static World start() throws IOException {
        var world = new World(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        world.server.createContext("/", world::happen);
        world.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        world.server.start();
        return world;
    }

    /// What a function must find in its environment.
    public Map<String, String> environment() {
        return Map.of(URL, "http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /// How often it happened, by idempotency key.
    public synchronized Map<String, Integer> effects(String tool) {
        return Map.copyOf(effects.getOrDefault(tool, Map.of()));
    }

    private void happen(HttpExchange exchange) {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        synchronized (this) {
            effects.computeIfAbsent(path[1], _ -> new HashMap<>()).merge(path[2], 1, Integer::sum);
        }
        var _ = confirmations.schedule(() -> confirm(exchange), CONFIRMED_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void confirm(HttpExchange exchange) {
        try (exchange) {
            exchange.sendResponseHeaders(204, -1);
        } catch (IOException _) {
            // Whoever wanted to know is dead.
        }
    }

    /// Called by the tools, in the processes of the functions.
    static String change(String tool, String key) throws ToolException {
        try {
            URI uri = URI.create(System.getenv(URL) + tool + "/" + key);
            var connection = (HttpURLConnection) uri.toURL().openConnection();
            return connection.getResponseCode() == 204 ? "Done." : "Refused.";
        } catch (IOException e) {
            throw new ToolException("the world did not answer: " + e.getMessage());
        }
    }

    /// The jar that an operator would put beside the functions' own.
    public static Path jar(Path folder) throws IOException, URISyntaxException {
        Path classes = Path.of(
                World.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path jar = folder.resolve("effects.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.list(classes.resolve("dev/turnpike/effects"))) {
            files.forEach(file -> add(out, classes.relativize(file).toString(), file));
            out.putNextEntry(new JarEntry("META-INF/services/" + Tool.class.getName()));
            String services = String.join("\n", List.of(Charge.class.getName(), Post.class.getName()));
            out.write(services.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    private static void add(JarOutputStream out, String name, Path file) {
        try {
            out.putNextEntry(new JarEntry(name));
            Files.copy(file, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        confirmations.shutdownNow();
    }
}
