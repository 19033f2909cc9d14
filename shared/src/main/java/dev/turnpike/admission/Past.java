package dev.turnpike.admission;

import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Item;
import java.util.List;
import java.util.Optional;

/// What is stored of a tenant, as far as a request can refer to it.
public interface Past {
    /// What the id of an item stands for: it and what belongs to it, or nothing.
    List<Item> items(String id);

    /// The model of the response that a request goes on from; empty when there is none.
    Optional<String> model(History history);

    /// Nothing is stored.
    Past NONE = new Past() {
        @Override
        public List<Item> items(String id) {
            return List.of();
        }

        @Override
        public Optional<String> model(History history) {
            return Optional.empty();
        }
    };
}
