package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The HTTP exchange with the provider, up to the first byte of a good answer's body.
final class Upstream {
    private static final int ERROR_BYTES = 64 << 10;

    private final ModelSettings settings;
    private final InstantSource clock;
    private @Nullable HttpClient http;

    Upstream(ModelSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// Posts a request and returns the body of a 2xx answer, which the caller closes.
    ///
    /// @param model named in the message of a failure
    WatchedBody post(byte[] request, String model, Deadline deadline) throws ModelException, IOException {
        long start = System.nanoTime();
        String key = key();
        try {
            return post(request, key, model, deadline, start);
        } catch (ModelException refused) {
            if (refused.kind() != Kind.AUTHENTICATION || !renewed(key)) {
                throw refused;
            }
            // Rotated since it was read.
            return post(request, key(), model, deadline, start);
        }
    }

    private WatchedBody post(byte[] request, String key, String model, Deadline deadline, long start)
            throws ModelException, IOException {
        Duration wait = WatchedBody.shorter(settings.firstByte(), deadline.remaining());
        HttpResponse<InputStream> response = headers(httpRequest(request, key), wait);
        Duration left = settings.firstByte().minusNanos(System.nanoTime() - start);
        var body = new WatchedBody(response.body(), deadline, left, settings.idle());
        if (response.statusCode() / 100 == 2) {
            return body;
        }
        try (body) {
            Duration retryAfter = RetryAfter.of(response.headers(), clock.instant());
            throw ProviderError.refused(response.statusCode(), text(body), model, !key.isEmpty(), retryAfter);
        }
    }

    /// The status alone says enough where the text does not come.
    private static String text(InputStream body) {
        try {
            return new String(body.readNBytes(ERROR_BYTES), UTF_8);
        } catch (IOException _) {
            return "";
        }
    }

    /// Builds the client, which takes a while, for it brings TLS with it.
    void open() {
        var _ = http();
    }

    /// Forgets all connections. The next call opens a new one.
    synchronized void reset() {
        if (http != null) {
            http.shutdownNow();
            http = null;
        }
    }

    private synchronized HttpClient http() {
        if (http == null) {
            // Its own pool would keep a thread for a minute for every stream that there was at one time.
            http = settings.http()
                    .executor(command -> Thread.ofVirtual().name("http").start(command))
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(settings.connect())
                    .build();
        }
        return http;
    }

    /// Where the key can't be read again, what the provider said of the old one is all there is to say.
    private boolean renewed(String refused) {
        try {
            return settings.key().renewed(refused);
        } catch (RuntimeException _) {
            return false;
        }
    }

    private String key() throws ModelException {
        try {
            return settings.key().get().strip();
        } catch (RuntimeException e) {
            throw new ModelException(
                    Kind.AUTHENTICATION,
                    "The model provider's key could not be read. Check its secret in AWS Secrets Manager and the"
                            + " function's permission to read it.",
                    Usage.NONE,
                    null,
                    e);
        }
    }

    private HttpRequest httpRequest(byte[] body, String key) throws ModelException {
        var request = HttpRequest.newBuilder(settings.endpoint())
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .header("User-Agent", "turnpike")
                .POST(BodyPublishers.ofByteArray(body));
        try {
            return (key.isEmpty() ? request : settings.authorize(request, key)).build();
        } catch (IllegalArgumentException _) {
            // Its message quotes the key.
            throw new ModelException(
                    Kind.AUTHENTICATION,
                    "The model provider's key holds characters that no key has. Correct its secret in AWS Secrets"
                            + " Manager; no deployment is needed.");
        }
    }

    /// Waits for the response's headers.
    private HttpResponse<InputStream> headers(HttpRequest request, Duration wait) throws IOException {
        CompletableFuture<HttpResponse<InputStream>> response = http().sendAsync(request, BodyHandlers.ofInputStream());
        try {
            return response.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            abandon(response);
            throw new HttpTimeoutException("The model provider did not answer within " + wait.toMillis() + " ms.");
        } catch (InterruptedException e) {
            abandon(response);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the model provider", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    /// An answer that comes in the very moment in which nobody waits for it any more is closed too.
    private static void abandon(CompletableFuture<HttpResponse<InputStream>> response) throws IOException {
        if (!response.cancel(true) && !response.isCompletedExceptionally()) {
            response.join().body().close();
        }
    }
}
