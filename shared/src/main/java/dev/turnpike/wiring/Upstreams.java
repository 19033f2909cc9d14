package dev.turnpike.wiring;

import dev.turnpike.aws.StoredSecret;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.ChatCompletionsClient;
import dev.turnpike.model.Dialect;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelSettings;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.model.ProviderProbe;
import dev.turnpike.model.Served;
import dev.turnpike.provider.Breaker;
import dev.turnpike.provider.BreakerStore;
import dev.turnpike.provider.Fallback;
import dev.turnpike.provider.InTier;
import dev.turnpike.provider.Provider;
import dev.turnpike.provider.Providers;
import dev.turnpike.provider.Retry;
import dev.turnpike.tokens.TokenCounter;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The model providers and what is done when they fail.
final class Upstreams {
    /// The name of the provider at `OPENAI_BASE_URL`.
    private static final String FIRST = "first";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final StoredSecret keys;
    private final List<ChatCompletionsClient> clients = new ArrayList<>();
    private final Providers providers;

    /// @param keys of all providers
    Upstreams(Settings settings, StoredSecret keys, TokenCounter tokens, InstantSource clock) {
        this.settings = settings;
        this.keys = keys;
        this.clients.add(new ChatCompletionsClient(first(), tokens, clock));
        List<Provider> others = new ArrayList<>();
        for (UpstreamSettings.OtherProvider other : settings.upstream().others()) {
            this.clients.add(new ChatCompletionsClient(settings(other), tokens, clock));
            others.add(new Provider(
                    other.name(), other.models()::matches, inTier(clients.getLast(), other.serviceTier())));
        }
        this.providers = new Providers(
                new Provider(
                        FIRST,
                        _ -> true,
                        inTier(clients.getFirst(), settings.upstream().serviceTier())),
                others);
    }

    private static ModelClient inTier(ModelClient client, String tier) {
        return tier.isEmpty() ? client : new InTier(client, tier);
    }

    private ModelSettings first() {
        Settings.Provider to = settings.provider();
        UpstreamSettings how = settings.upstream();
        return settings(FIRST, to.baseUrl(), keys.key(), how.verifyTls(), how.dialect());
    }

    private ModelSettings settings(UpstreamSettings.OtherProvider other) {
        return settings(other.name(), other.baseUrl(), keys.key(other.key()), other.verifyTls(), other.dialect());
    }

    private ModelSettings settings(String name, URI baseUrl, ProviderKey key, boolean verifyTls, Dialect dialect) {
        Settings.Limits.ModelCall limits = settings.limits().modelCall();
        return new ModelSettings(
                name, baseUrl, key, verifyTls, CONNECT_TIMEOUT, limits.firstByte(), limits.idle(), dialect);
    }

    /// All of them as one. A fallback stands in only when the retries are used up, and every try asks the breaker.
    ModelClient client(BreakerStore store) {
        UpstreamSettings how = settings.upstream();
        var breaker = new Breaker(store, how.breaker(), providers::target);
        // Other generators go on from a snapshot alike in every copy of it. Made when it is needed, which is seldom.
        var retry = new Retry(how.retry(), () -> new SecureRandom().nextDouble(), Upstreams::pause);
        var fallback = new Fallback(how::standIns);
        return fallback.around(retry.around(breaker.around(providers)));
    }

    /// Lets that much time pass, less in a thread that is interrupted, which it then still is: whoever waits sees it.
    static void pause(Duration wait) {
        try {
            Thread.sleep(wait);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    PriceList prices() {
        UpstreamSettings how = settings.upstream();
        Map<String, PriceList> others = new HashMap<>();
        how.others().forEach(other -> others.put(other.name(), prices(other.prices(), other.serviceTier())));
        Settings.Provider first = settings.provider();
        return prices(first.priceProvider().orElse(first.baseUrl().toString()), how.serviceTier())
                .with(others)
                .overriddenBy(first.prices())
                .naming(model -> providers.target(model).name());
    }

    private static PriceList prices(String provider, String askedTier) {
        return PriceList.forProvider(provider).asking(Served.charged(askedTier));
    }

    /// Makes ready for a first call of the first provider.
    void open() {
        clients.getFirst().open();
    }

    /// Closes all connections.
    void reset() {
        clients.forEach(ChatCompletionsClient::reset);
    }

    /// Asks the first provider whether it is there.
    Runnable probe() {
        return new ProviderProbe(first())::check;
    }
}
