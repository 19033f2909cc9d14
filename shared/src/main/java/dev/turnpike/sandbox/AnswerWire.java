package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparingInt;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.lambda.Json;
import dev.turnpike.sandbox.SandboxAnswer.Ending;
import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Answers as JSON: `{"ending": "exited", "code": 0, "output": "...", "took_ms": 12, "written": [...], "deleted":
/// ["a"],
/// "skipped": [{"path": "b", "reason": "link"}]}`. Other endings are `timed_out`, `killed` and `not_started`, the last
/// two with a `why`.
public final class AnswerWire {
    private AnswerWire() {}

    /// @param maxBytes what it may take. The small files come first; those that find no room are skipped.
    public static byte[] of(SandboxAnswer answer, int maxBytes) {
        var json = new StringBuilder("{\"ending\":");
        append(json, answer.ending());
        Json.string(json.append(",\"output\":"), answer.output());
        json.append(",\"took_ms\":").append(answer.took().toMillis());
        WireList.append(json.append(",\"deleted\":"), answer.deleted());

        List<Skipped> skipped = new ArrayList<>(answer.skipped());
        List<String> written = new ArrayList<>();
        int room = maxBytes - json.toString().getBytes(UTF_8).length - skippedBytes(answer);
        for (SandboxFile file : answer.written().stream()
                .sorted(comparingInt(file -> file.content().length))
                .toList()) {
            String packed = PackedFile.of(file);
            room -= packed.getBytes(UTF_8).length + 1;
            if (room >= 0) {
                written.add(packed);
            } else {
                skipped.add(new Skipped(file.path(), Reason.TOO_LARGE));
            }
        }
        json.append(",\"written\":[").append(String.join(",", written)).append("],\"skipped\":[");
        List<String> named = skipped.stream().map(AnswerWire::named).toList();
        return json.append(String.join(",", named)).append("]}").toString().getBytes(UTF_8);
    }

    /// What naming every path as skipped takes, and the brackets.
    private static int skippedBytes(SandboxAnswer answer) {
        int bytes = 64;
        for (Skipped skipped : answer.skipped()) {
            bytes += named(skipped).getBytes(UTF_8).length + 1;
        }
        for (SandboxFile file : answer.written()) {
            bytes += named(new Skipped(file.path(), Reason.TOO_LARGE)).getBytes(UTF_8).length + 1;
        }
        return bytes;
    }

    private static String named(Skipped skipped) {
        var json = new StringBuilder("{\"path\":");
        Json.string(json, skipped.path());
        return json.append(",\"reason\":\"")
                .append(skipped.reason().wireName())
                .append("\"}")
                .toString();
    }

    private static void append(StringBuilder json, Ending ending) {
        switch (ending) {
            case SandboxAnswer.Exited(int code) ->
                json.append("\"exited\",\"code\":").append(code);
            case SandboxAnswer.TimedOut _ -> json.append("\"timed_out\"");
            case SandboxAnswer.Killed(String why) -> Json.string(json.append("\"killed\",\"why\":"), why);
            case SandboxAnswer.NotStarted(String why) -> Json.string(json.append("\"not_started\",\"why\":"), why);
        }
    }

    /// @throws IllegalArgumentException it is JSON but no answer
    /// @throws dev.turnpike.json.MalformedJsonException it is no JSON object
    public static SandboxAnswer read(byte[] bytes) {
        var fields = new Fields();
        var json = new JsonCursor();
        json.begin(bytes, 0, bytes.length);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            fields.take(field, json);
        }
        json.end();
        return fields.answer();
    }

    private static final class Fields {
        private String ending = "";
        private int code = -1;
        private String why = "";
        private String output = "";
        private int tookMillis;
        private List<SandboxFile> written = List.of();
        private List<String> deleted = List.of();
        private List<Skipped> skipped = List.of();

        void take(String field, JsonCursor json) {
            switch (field) {
                case "ending" -> ending = json.string();
                case "code" -> code = json.intOr(code);
                case "why" -> why = json.string();
                case "output" -> output = json.string();
                case "took_ms" -> tookMillis = json.intOr(0);
                case "written" -> written = WireList.read(json, PackedFile::read);
                case "deleted" -> deleted = WireList.read(json, JsonCursor::string);
                case "skipped" -> skipped = WireList.read(json, Fields::skipped);
                default -> json.skip();
            }
        }

        private static Skipped skipped(JsonCursor json) {
            String path = "";
            String reason = "";
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "path" -> path = json.string();
                    case "reason" -> reason = json.string();
                    default -> json.skip();
                }
            }
            return new Skipped(path, Reason.valueOf(reason.toUpperCase(Locale.ROOT)));
        }

        SandboxAnswer answer() {
            Ending end = switch (ending) {
                case "exited" -> new SandboxAnswer.Exited(code);
                case "timed_out" -> new SandboxAnswer.TimedOut();
                case "killed" -> new SandboxAnswer.Killed(why);
                case "not_started" -> new SandboxAnswer.NotStarted(why);
                default -> throw new IllegalArgumentException("no ending is called " + ending);
            };
            return new SandboxAnswer(end, output, Duration.ofMillis(tookMillis), written, deleted, skipped);
        }
    }
}
