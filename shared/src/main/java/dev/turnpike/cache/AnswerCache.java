package dev.turnpike.cache;

import dev.turnpike.model.ModelClient;
import dev.turnpike.provider.CallPolicy;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// Gives an answer again to whoever asks the same, and has one of those ask who ask it at once, in whichever instance
/// they are. It stands around all other policies.
///
/// A store that fails is as if there were none: the model is asked, and the log told.
public final class AnswerCache implements CallPolicy {
    /// A model that is silent is given up before others cease to wait for its answer.
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final AnswerStore store;
    private final AnswerText texts;
    private final Duration claim;
    private final Supplier<String> holders;
    private final Consumer<Duration> pause;

    /// @param silence of a model that is still taken for alive
    /// @param holders names each call, unlike any other's
    /// @param pause lets that much time pass, less when its thread is interrupted
    public AnswerCache(
            AnswerStore store,
            JsonMapper mapper,
            Duration silence,
            Supplier<String> holders,
            Consumer<Duration> pause) {
        this.store = store;
        this.texts = new AnswerText(mapper);
        // It is prolonged once half of it is over, and a silence must fit into the other half.
        this.claim = silence.plus(MARGIN).multipliedBy(2);
        this.holders = holders;
        this.pause = pause;
    }

    @Override
    public ModelClient around(ModelClient client) {
        return (request, deadline, events) -> request.cache() == null
                ? client.stream(request, deadline, events)
                : new CachedCall(
                                store,
                                texts,
                                claim,
                                holders.get(),
                                pause,
                                new CachedCall.Ask(client, request, request.cache(), deadline, events))
                        .answer();
    }
}
