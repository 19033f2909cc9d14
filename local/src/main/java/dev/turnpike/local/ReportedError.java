package dev.turnpike.local;

import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what a runtime reports of a failure: one line, `type: message`.
final class ReportedError {
    private static final String TYPE = "Lambda-Runtime-Function-Error-Type";
    private static final String BODY = "Lambda-Runtime-Function-Error-Body";

    private ReportedError() {}

    /// The error that is the request's body.
    static String read(RuntimeRequest request) throws IOException {
        byte[] body = request.body();
        String type = request.header(TYPE);
        return describe(type == null ? "Runtime.Unknown" : type, body);
    }

    /// The error in the trailers of a stream that has been read to its end; null if it ended well.
    static @Nullable String inTrailers(RuntimeRequest request) {
        String type = request.header(TYPE);
        String body = request.header(BODY);
        if (type == null) {
            return null;
        }
        try {
            return body == null ? type : describe(type, Base64.getDecoder().decode(body));
        } catch (IllegalArgumentException notBase64) {
            return type + ": " + notBase64.getMessage();
        }
    }

    private static String describe(String type, byte[] body) {
        try {
            JsonNode error = JsonMapper.shared().readTree(body);
            return error.path("errorType").asString(type) + ": "
                    + error.path("errorMessage").asString("");
        } catch (JacksonException _) {
            return type;
        }
    }
}
