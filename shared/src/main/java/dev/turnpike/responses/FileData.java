package dev.turnpike.responses;

import dev.turnpike.conversation.Item.Part;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Reads files that callers send along: texts, which every model reads, and PDFs, which some do. What the bytes are
/// counts, not what is said of them.
public final class FileData {
    private static final int LONGEST_NAME = 255;

    private FileData() {}

    /// @param file where `file_data` and `filename` are
    /// @throws ApiException there is no such file here, or no model could read it
    public static Part.File read(Fields file) {
        for (String elsewhere : List.of("file_id", "file_url")) {
            if (file.has(elsewhere)) {
                throw ApiException.invalid(
                        "unsupported_value",
                        file.path(elsewhere),
                        "Files that lie elsewhere are not supported. Send the file itself in 'file_data'.");
            }
        }
        String data = file.requiredText("file_data");
        var part = new Part.File(file.text("filename", LONGEST_NAME).orElse("file"), data);
        if (data.startsWith("data:") && !data.contains(";base64,")) {
            throw refused(file, "expected a data URL in base64");
        }
        byte[] bytes = decoded(part.base64(), file);
        if (bytes.length == 0) {
            throw refused(file, "the file is empty");
        }
        if (!part.isPdf() && !isText(bytes)) {
            throw ApiException.invalid(
                    "unsupported_file",
                    file.path("file_data"),
                    "Invalid '%s': only PDFs and files of text in UTF-8 can be read."
                            .formatted(file.path("file_data")));
        }
        return part;
    }

    private static byte[] decoded(String base64, Fields file) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw refused(file, "the file is not valid base64");
        }
    }

    private static boolean isText(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') < 0;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    private static ApiException refused(Fields file, String why) {
        String path = file.path("file_data");
        return ApiException.invalid("invalid_file_data", path, "Invalid '%s': %s.".formatted(path, why));
    }
}
