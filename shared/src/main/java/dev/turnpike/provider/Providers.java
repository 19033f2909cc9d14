package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import java.util.List;
import java.util.function.Consumer;

/// Several providers as one client: the model's name says who is asked.
///
/// `groq/llama-3.3-70b` is asked of the provider `groq` under the name `llama-3.3-70b`. A name that begins with no
/// provider's is asked of the first other provider that says it serves it, else of the first of all.
public final class Providers implements ModelClient {
    private final Provider first;
    private final List<Provider> others;

    /// @param first serves whatever no other does
    public Providers(Provider first, List<Provider> others) {
        this.first = first;
        this.others = List.copyOf(others);
    }

    public Target target(String model) {
        for (Provider other : others) {
            String prefix = other.name() + "/";
            if (model.startsWith(prefix) && other.models().test(model.substring(prefix.length()))) {
                return new Target(other.name(), model.substring(prefix.length()), model);
            }
        }
        return others.stream()
                .filter(other -> other.models().test(model))
                .findFirst()
                .map(other -> new Target(other.name(), model, other.name() + "/" + model))
                .orElseGet(() -> new Target(first.name(), model, model));
    }

    @Override
    public ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        Target target = target(request.model());
        try {
            ModelAnswer answer = client(target).stream(request.of(target.model()), deadline, events);
            return answer.servedBy(answer.served().named(target.name()));
        } catch (ModelException failure) {
            throw failure.of(target.name());
        }
    }

    private ModelClient client(Target target) {
        return others.stream()
                .filter(other -> other.name().equals(target.provider()))
                .findFirst()
                .orElse(first)
                .client();
    }
}
