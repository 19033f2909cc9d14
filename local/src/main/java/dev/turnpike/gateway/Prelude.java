package dev.turnpike.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a streamed answer begins with: its status and headers as JSON, closed by eight NUL bytes.
record Prelude(int status, Map<String, List<String>> headers) {
    private static final int DELIMITER = 8;

    /// API Gateway gives up when the delimiter has not come by then.
    private static final int LIMIT_BYTES = 16 * 1024;

    private static final JsonMapper MAPPER = new JsonMapper();

    /// Reads up to and including the delimiter, nothing of what follows.
    ///
    /// @throws IOException when the answer ends or fails before, or what it begins with is no prelude
    static Prelude read(InputStream answer) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        int zeros = 0;
        while (zeros < DELIMITER) {
            int next = answer.read();
            if (next < 0 || json.size() + zeros > LIMIT_BYTES) {
                throw new IOException("The function's answer does not begin with a prelude");
            }
            if (next == 0) {
                zeros++;
            } else {
                // Fewer than eight are no delimiter; a NUL inside is then no JSON either, and parsing says so.
                json.writeBytes(new byte[zeros]);
                json.write(next);
                zeros = 0;
            }
        }
        return parse(json.toByteArray());
    }

    private static Prelude parse(byte[] json) throws IOException {
        try {
            JsonNode prelude = MAPPER.readTree(json);
            int status = prelude.path("statusCode").asInt(0);
            if (status < 100 || status > 599) {
                throw new IOException("The prelude has no valid statusCode: " + prelude);
            }
            return new Prelude(status, headers(prelude));
        } catch (JacksonException e) {
            throw new IOException("The prelude is not JSON", e);
        }
    }

    private static Map<String, List<String>> headers(JsonNode prelude) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        prelude.path("headers")
                .properties()
                .forEach(header ->
                        headers.put(header.getKey(), List.of(header.getValue().asString(""))));
        prelude.path("multiValueHeaders")
                .properties()
                .forEach(header -> headers.put(header.getKey(), texts(header.getValue())));
        if (!prelude.path("cookies").isEmpty()) {
            headers.put("Set-Cookie", texts(prelude.path("cookies")));
        }
        return headers;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asString("")));
        return texts;
    }
}
