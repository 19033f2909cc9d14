package dev.turnpike.api;

import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.Credential;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.NewRun;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One request as API Gateway's REST proxy event tells of it.
///
/// @param id Lambda's request id, which answers carry and the log is searched by
/// @param path without the stage
/// @param address where it comes from; empty where that is not told
/// @param headers by their names in lower case; the last of several values, but all of the credentials
/// @param query decoded; the last of several values, but all of what reports take, one a line
record HttpRequest(
        String id,
        String address,
        String method,
        String path,
        Map<String, String> headers,
        Map<String, String> query,
        String body) {
    private static final Set<String> CREDENTIALS = Set.of("authorization", "x-api-key");

    /// Parameters that reports take several of.
    private static final Set<String> LISTS = Set.of("group_by", "project_ids", "user_ids", "api_key_ids", "models");

    /// Lambda takes events of 6 MB at most, so nothing longer is a body.
    private static final int LONGEST_BODY = 16 * 1024 * 1024;

    private static final Pattern REQUEST_ID = Pattern.compile("[\\x20-\\x7e]{0,512}");
    private static final int LONGEST_IDEMPOTENCY_KEY = 255;

    private static final JsonMapper EVENTS = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(LONGEST_BODY)
                            .build())
                    .build())
            .build();

    static HttpRequest read(InputStream event, String id) {
        JsonNode json = EVENTS.readTree(event);
        String text = json.path("body").asString("");
        boolean encoded = json.path("isBase64Encoded").asBoolean(false);
        String body = encoded ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8) : text;
        return new HttpRequest(
                id,
                json.path("requestContext").path("identity").path("sourceIp").asString(""),
                json.path("httpMethod").asString("GET"),
                json.path("path").asString("/"),
                headers(json),
                query(json),
                body);
    }

    private static Map<String, String> headers(JsonNode event) {
        Map<String, String> headers = texts(event.path("headers"), true);
        event.path("multiValueHeaders").properties().forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (CREDENTIALS.contains(name) && header.getValue().size() > 1) {
                headers.put(name, joined(header.getValue(), ","));
            }
        });
        return headers;
    }

    private static Map<String, String> query(JsonNode event) {
        Map<String, String> query = texts(event.path("queryStringParameters"), false);
        event.path("multiValueQueryStringParameters").properties().forEach(parameter -> {
            if (LISTS.contains(parameter.getKey().replace("[]", ""))
                    && parameter.getValue().size() > 1) {
                query.put(parameter.getKey(), joined(parameter.getValue(), "\n"));
            }
        });
        return query;
    }

    private static String joined(JsonNode values, String separator) {
        return values.valueStream().map(value -> value.asString("")).collect(Collectors.joining(separator));
    }

    /// What it shows to say who sends it.
    Credential credential() {
        return Credential.of(headers.get("authorization"), headers.get("x-api-key"));
    }

    private static Map<String, String> texts(JsonNode object, boolean lowerCase) {
        Map<String, String> texts = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = lowerCase ? field.getKey().toLowerCase(Locale.ROOT) : field.getKey();
            String text = field.getValue().asString("");
            texts.merge(name, text, (one, other) -> CREDENTIALS.contains(name) ? one + "," + other : other);
        }
        return texts;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// The caller's own name for the request, which the answer carries back.
    Optional<String> clientRequestId() {
        return header(Routes.CLIENT_REQUEST_ID);
    }

    static boolean isRequestId(String text) {
        return REQUEST_ID.matcher(text).matches();
    }

    /// What the caller's `Idempotency-Key` stands for; empty without one.
    ///
    /// @throws ApiException it is too long
    Optional<NewRun.Idempotency> idempotency() {
        Optional<String> key = header("idempotency-key").filter(text -> !text.isBlank());
        key.filter(text -> text.length() > LONGEST_IDEMPOTENCY_KEY).ifPresent(_ -> {
            throw ApiException.invalid(
                    "invalid_value", null, "The Idempotency-Key header is longer than 255 characters.");
        });
        return key.map(text -> new NewRun.Idempotency(ApiKeys.hash(text), ApiKeys.hash(path + "\n" + body)));
    }

    /// The body as JSON.
    ///
    /// @throws ApiException it is not, or is out of bounds
    JsonNode json(JsonMapper mapper) {
        return WireJson.read(mapper, body);
    }
}
