package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import java.util.function.Consumer;

/// Asks a provider for one of its service tiers, such as `flex`, in every call. In which it then serves the call, the
/// answer says.
public final class InTier implements ModelClient {
    private final ModelClient client;
    private final String tier;

    /// @param tier in the provider's words: letters, digits, `-` and `_`
    public InTier(ModelClient client, String tier) {
        this.client = client;
        this.tier = tier;
    }

    @Override
    public ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        return client.stream(request.with("service_tier", '"' + tier + '"'), deadline, events);
    }
}
