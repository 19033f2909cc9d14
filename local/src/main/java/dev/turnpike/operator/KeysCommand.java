package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes, shows and changes API keys and limits, over the deployment's own admin routes.
public final class KeysCommand {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final String ADMIN_KEY = "TURNPIKE_ADMIN_KEY";
    private static final int PATIENCE_MILLIS = 30_000;

    private final String adminKey;
    private final PrintStream output;

    KeysCommand(String adminKey, PrintStream output) {
        this.adminKey = adminKey;
        this.output = output;
    }

    /// @return the command's exit status: 1 when it was refused
    /// @throws IllegalArgumentException when it could not be done, with a message for whoever typed it
    static int run(PrintStream output, String... arguments) {
        KeysFlags flags = KeysFlags.parse(arguments);
        if (flags.help()) {
            output.print(KeysFlags.HELP);
            return 0;
        }
        String adminKey = System.getenv().getOrDefault(ADMIN_KEY, "");
        if (adminKey.isBlank()) {
            throw new IllegalArgumentException("Put the admin key into the environment variable " + ADMIN_KEY
                    + ". It lies in the secret that the stack's output AdminSecretArn names.");
        }
        return new KeysCommand(adminKey, output).run(flags);
    }

    int run(KeysFlags flags) {
        String one = "/api_keys/" + flags.id();
        try {
            return switch (flags.action()) {
                case "create" -> show(send(flags, "POST", "/api_keys", flags.body()));
                case "list" -> list(flags);
                case "show" -> show(send(flags, "GET", one, null));
                case "change" -> show(send(flags, "POST", one, flags.body()));
                case "rotate" -> show(send(flags, "POST", one + "/rotate", flags.body()));
                case "disable" -> show(send(flags, "DELETE", one, null));
                default -> limits(flags);
            };
        } catch (IOException unreachable) {
            throw new IllegalArgumentException(
                    "%s could not be asked: %s".formatted(flags.url(), unreachable.getMessage()), unreachable);
        }
    }

    private record Answer(int status, JsonNode body) {}

    private int show(Answer answer) {
        boolean good = answer.status == 200;
        output.println(
                good
                        ? answer.body.toPrettyString()
                        : answer.status + " " + answer.body.at("/error/message").asString(""));
        return good ? 0 : 1;
    }

    /// Reads what is set where nothing is to be.
    private int limits(KeysFlags flags) throws IOException {
        boolean changes =
                !Set.of("--tenant", "--user").containsAll(flags.fields().keySet());
        return show(
                changes
                        ? send(flags, "POST", "/limits", flags.body())
                        : send(flags, "GET", "/limits" + query(flags, "tenant", "user"), null));
    }

    /// A line for each key, page after page.
    private int list(KeysFlags flags) throws IOException {
        String query = query(flags, "tenant");
        String after = "";
        while (true) {
            String page = query + (query.isEmpty() ? "?" : "&") + "limit=100" + after;
            Answer answer = send(flags, "GET", "/api_keys" + page, null);
            if (answer.status != 200) {
                return show(answer);
            }
            answer.body.path("data").forEach(key -> output.println(line(key)));
            if (!answer.body.path("has_more").asBoolean(false)) {
                return 0;
            }
            after = "&after=" + answer.body.path("last_id").asString();
        }
    }

    private static String line(JsonNode key) {
        String state = key.path("disabled_at").isNull() ? "good" : "disabled";
        return Stream.of("id", "tenant", "user", "name", "caps")
                        .map(name -> key.path(name).isArray()
                                ? key.path(name).toString()
                                : key.path(name).asString("-"))
                        .collect(Collectors.joining("  "))
                + "  " + state;
    }

    private static String query(KeysFlags flags, String... names) {
        String query = Stream.of(names)
                .filter(name -> flags.field("--" + name) != null)
                .map(name -> name + "=" + URLEncoder.encode(flags.field("--" + name), UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    private Answer send(KeysFlags flags, String method, String path, @Nullable JsonNode body) throws IOException {
        var connection = (HttpURLConnection)
                URI.create(flags.url() + "/organization" + path).toURL().openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + adminKey);
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.toString().getBytes(UTF_8));
            }
        }
        int status = connection.getResponseCode();
        try (InputStream answer = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, MAPPER.readTree(answer));
        }
    }
}
