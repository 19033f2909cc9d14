package dev.turnpike.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API key that the stack tells: made through the admin route as any other, and kept beside the table that knows
/// it.
///
/// @param file where it is kept; absent when the table is not kept either
record ApiKeys(Optional<Path> file) {
    static ApiKeys of(Optional<Path> directory) {
        return new ApiKeys(directory.map(folder -> folder.resolve("api-key")));
    }

    String get(URI gateway, String adminKey) throws IOException {
        if (file.isPresent() && Files.exists(file.get())) {
            return Files.readString(file.get()).strip();
        }
        String key = create(gateway, adminKey);
        if (file.isPresent()) {
            Files.writeString(file.get(), key + "\n");
            Files.setPosixFilePermissions(file.get(), PosixFilePermissions.fromString("rw-------"));
        }
        return key;
    }

    private static String create(URI gateway, String adminKey) throws IOException {
        URI route = gateway.resolve("/v1/organization/api_keys");
        HttpURLConnection connection = (HttpURLConnection) route.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Authorization", "Bearer " + adminKey);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        try (OutputStream body = connection.getOutputStream()) {
            body.write("{\"tenant\":\"demo\",\"name\":\"local\"}".getBytes(UTF_8));
        }
        int status = connection.getResponseCode();
        try (InputStream answer = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            JsonNode json = new JsonMapper().readTree(answer);
            if (status != 200) {
                throw new IOException("The api function made no API key: %d %s".formatted(status, json));
            }
            return json.path("key").asString("");
        }
    }
}
