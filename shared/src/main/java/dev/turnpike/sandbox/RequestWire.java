package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.lambda.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Requests as JSON: `{"command": "shell", "script": "ls", "timeout_ms": 10000, "output_bytes": 50000, "files":
/// [...]}`,
/// `{"command": "git", "words": ["status"], ...}`, `{"command": "code", "language": "java", "source": "1 + 1", ...}`.
public final class RequestWire {
    private static final int DEFAULT_TIMEOUT_MILLIS = 30_000;
    private static final int DEFAULT_OUTPUT_BYTES = 100_000;

    private RequestWire() {}

    public static byte[] of(SandboxRequest request) {
        var json = new StringBuilder("{");
        switch (request.command()) {
            case SandboxCommand.Shell(String script) ->
                Json.string(json.append("\"command\":\"shell\",\"script\":"), script);
            case SandboxCommand.Git(GitOperation operation) -> {
                json.append("\"command\":\"git\",\"words\":");
                WireList.append(json, GitWords.of(operation));
            }
            case SandboxCommand.Code(SandboxCommand.Language language, String source) -> {
                json.append("\"command\":\"code\",\"language\":\"").append(language.wireName());
                Json.string(json.append("\",\"source\":"), source);
            }
        }
        json.append(",\"timeout_ms\":").append(request.timeout().toMillis());
        json.append(",\"output_bytes\":").append(request.outputBytes());
        json.append(",\"files\":[");
        List<String> files = request.files().stream().map(PackedFile::of).toList();
        return json.append(String.join(",", files)).append("]}").toString().getBytes(UTF_8);
    }

    /// @throws IllegalArgumentException it is JSON but no request
    /// @throws dev.turnpike.json.MalformedJsonException it is no JSON object
    public static SandboxRequest read(byte[] bytes) {
        var fields = new Fields();
        var json = new JsonCursor();
        json.begin(bytes, 0, bytes.length);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            fields.take(field, json);
        }
        json.end();
        return fields.request();
    }

    private static final class Fields {
        private String command = "";
        private String script = "";
        private String language = "";
        private String source = "";
        private List<String> words = List.of();
        private int timeoutMillis = DEFAULT_TIMEOUT_MILLIS;
        private int outputBytes = DEFAULT_OUTPUT_BYTES;
        private final List<SandboxFile> files = new ArrayList<>();

        void take(String field, JsonCursor json) {
            switch (field) {
                case "command" -> command = json.string();
                case "script" -> script = json.string();
                case "language" -> language = json.string();
                case "source" -> source = json.string();
                case "words" -> words = WireList.read(json, JsonCursor::string);
                case "timeout_ms" -> timeoutMillis = json.intOr(timeoutMillis);
                case "output_bytes" -> outputBytes = json.intOr(outputBytes);
                case "files" -> files.addAll(WireList.read(json, PackedFile::read));
                default -> json.skip();
            }
        }

        SandboxRequest request() {
            SandboxCommand asked = switch (command) {
                case "shell" -> new SandboxCommand.Shell(script);
                case "git" -> new SandboxCommand.Git(GitWords.read(words));
                case "code" ->
                    new SandboxCommand.Code(SandboxCommand.Language.valueOf(language.toUpperCase(Locale.ROOT)), source);
                default -> throw new IllegalArgumentException("\"command\" is shell, git or code");
            };
            return new SandboxRequest(asked, List.copyOf(files), Duration.ofMillis(timeoutMillis), outputBytes);
        }
    }
}
