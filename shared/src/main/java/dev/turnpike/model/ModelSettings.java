package dev.turnpike.model;

import dev.turnpike.model.Dialect.Switch;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;

/// How to reach the model provider. Set by the operator, never by a request.
///
/// @param name of the provider, for messages and for those who read them
/// @param baseUri of the API, such as `https://api.openai.com/v1`
/// @param key a blank one is not sent (a local server needs none)
/// @param verifyTls false takes any certificate: for a self-signed server on this machine or in the same network
/// @param connect longest wait for a connection
/// @param firstByte longest wait from the request to the first byte of the answer's body
/// @param idle longest silence after it
public record ModelSettings(
        String name,
        URI baseUri,
        ProviderKey key,
        boolean verifyTls,
        Duration connect,
        Duration firstByte,
        Duration idle,
        Dialect dialect) {
    public ModelSettings {
        if (baseUri.getHost() == null || !("https".equals(baseUri.getScheme()) || "http".equals(baseUri.getScheme()))) {
            throw new IllegalArgumentException("The model provider's base URL is not an http or https URL: " + baseUri);
        }
        requirePositive("connect", connect);
        requirePositive("firstByte", firstByte);
        requirePositive("idle", idle);
    }

    private static void requirePositive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException(name + " is not longer than zero: " + duration);
        }
    }

    /// A client that believes whom it may.
    HttpClient.Builder http() {
        HttpClient.Builder builder = HttpClient.newBuilder();
        return verifyTls ? builder : builder.sslContext(AnyCertificate.context());
    }

    /// @throws IllegalArgumentException the key holds characters that no header takes; the message quotes it
    HttpRequest.Builder authorize(HttpRequest.Builder request, String secret) {
        return dialect.has(Switch.API_KEY_HEADER)
                ? request.header("api-key", secret)
                : request.header("Authorization", "Bearer " + secret);
    }

    /// The address that calls are posted to.
    URI endpoint() {
        return at("chat/completions");
    }

    /// The address of something else of the API.
    URI at(String path) {
        String base = baseUri.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + path);
    }
}
