package dev.turnpike.sandbox;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.lambda.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// A file as JSON: `{"path": "a.txt", "executable": true, "gzip": "H4sI..."}`, the content compressed and as Base64.
///
/// Each is compressed on its own, so that what it takes of a payload is known before the payload is made.
final class PackedFile {
    /// What a file may unpack to, in bytes. A megabyte of zeros fits a kilobyte.
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private PackedFile() {}

    static String of(SandboxFile file) {
        var packed = new ByteArrayOutputStream(file.content().length / 2 + 32);
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(file.content());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Nothing is written to but memory.
        }
        var json = new StringBuilder(packed.size() * 4 / 3 + file.path().length() + 64);
        Json.string(json.append("{\"path\":"), file.path());
        json.append(file.executable() ? ",\"executable\":true" : "").append(",\"gzip\":\"");
        json.append(Base64.getEncoder().encodeToString(packed.toByteArray()));
        return json.append("\"}").toString();
    }

    /// @throws IllegalArgumentException it is not such a file, or unpacks to too much
    static SandboxFile read(JsonCursor json) {
        String path = "";
        boolean executable = false;
        byte[] content = {};
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "path" -> path = json.string();
                case "executable" -> executable = json.truth();
                case "gzip" -> content = unpacked(Base64.getDecoder().decode(json.string()));
                default -> json.skip();
            }
        }
        return new SandboxFile(path, content, executable);
    }

    private static byte[] unpacked(byte[] packed) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] content = gzip.readNBytes(MAX_BYTES);
            if (gzip.read() >= 0) {
                throw new IllegalArgumentException("a file of more than " + MAX_BYTES + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new IllegalArgumentException("a file that is not gzip", e);
        }
    }
}
