package dev.turnpike.model;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Asks the provider whether it is there and takes our key, without calling a model.
public final class ProviderProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ModelSettings settings;

    public ProviderProbe(ModelSettings settings) {
        this.settings = settings;
    }

    /// @throws IllegalStateException it is not, or does not; the message says which and nothing else
    public void check() {
        var request = HttpRequest.newBuilder(settings.at("models")).timeout(PATIENCE);
        String key = settings.key().get();
        if (!key.isBlank()) {
            settings.authorize(request, key);
        }
        try (var http = settings.http().connectTimeout(PATIENCE).build()) {
            int status = http.send(request.build(), BodyHandlers.discarding()).statusCode();
            if (status == 401 || status == 403 || status >= 500) {
                throw new IllegalStateException("the model provider answered " + status);
            }
        } catch (IOException failure) {
            throw new IllegalStateException("the model provider does not answer", failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupt);
        }
    }
}
