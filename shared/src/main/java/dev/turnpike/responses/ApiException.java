package dev.turnpike.responses;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that is answered with an error object. The message tells the caller what to do.
///
/// Source of statuses, types and codes: OpenAI's API as observed.
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;
    private final transient Map<String, String> headers = new LinkedHashMap<>();
    private final transient Map<String, String> details = new LinkedHashMap<>();

    private ApiException(int status, String type, @Nullable String code, @Nullable String param, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    public static ApiException invalid(@Nullable String code, @Nullable String param, String message) {
        return new ApiException(400, "invalid_request_error", code, param, message);
    }

    public static ApiException missing(String param) {
        return invalid("missing_required_parameter", param, "Missing required parameter: '" + param + "'.");
    }

    public static ApiException wrongType(String param, String expected, String found) {
        return invalid(
                "invalid_type",
                param,
                "Invalid type for '%s': expected %s, but got %s instead.".formatted(param, expected, found));
    }

    public static ApiException unauthorized(@Nullable String code, String message) {
        return new ApiException(401, "invalid_request_error", code, null, message);
    }

    public static ApiException forbidden(String message) {
        return new ApiException(403, "invalid_request_error", "insufficient_permissions", null, message);
    }

    public static ApiException notFound(String message) {
        return new ApiException(404, "invalid_request_error", null, null, message);
    }

    /// Where the Responses API says 400, Chat Completions says 404.
    public static ApiException modelNotFound(String message) {
        return new ApiException(404, "invalid_request_error", "model_not_found", "model", message);
    }

    /// The model is there, but not for this caller.
    public static ApiException modelForbidden(String message) {
        return new ApiException(403, "invalid_request_error", "model_not_found", "model", message);
    }

    public static ApiException methodNotAllowed(String message) {
        return new ApiException(405, "invalid_request_error", "method_not_allowed", null, message);
    }

    public static ApiException conflict(String code, @Nullable String param, String message) {
        return new ApiException(409, "invalid_request_error", code, param, message);
    }

    public static ApiException tooLarge(String message) {
        return new ApiException(413, "invalid_request_error", "request_too_large", null, message);
    }

    /// Something on our side is missing or down. The SDKs try again.
    public static ApiException unavailable(String message) {
        return new ApiException(503, "server_error", "unavailable", null, message);
    }

    /// A failure that nobody foresaw; its cause is in the log under the request id.
    public static ApiException internal() {
        return internal("The server failed. The request id leads to its log.");
    }

    public static ApiException internal(String message) {
        return new ApiException(500, "server_error", "server_error", null, message);
    }

    /// The provider failed, not the caller.
    public static ApiException upstream(int status, String code, String message) {
        return new ApiException(status, "server_error", code, null, message);
    }

    public static ApiException rateLimited(String message) {
        return rateLimited("requests", message);
    }

    /// @param of what: `requests` or `tokens`
    public static ApiException rateLimited(String of, String message) {
        return new ApiException(429, of, "rate_limit_exceeded", null, message);
    }

    /// Names and numbers that help to find the cause.
    public ApiException withDetails(Map<String, String> more) {
        details.putAll(more);
        return this;
    }

    public Map<String, String> details() {
        return details;
    }

    public ApiException withHeader(String name, String value) {
        headers.put(name, value);
        return this;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public @Nullable String code() {
        return code;
    }

    public @Nullable String param() {
        return param;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
