package dev.turnpike.budget;

import dev.turnpike.access.Cap;
import dev.turnpike.model.ModelRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether a model call may be made.
public sealed interface Permit {
    /// @param request with a lower limit of its output, where no more fits
    /// @param held what is to be settled after it
    record Granted(ModelRequest request, Held held) implements Permit {}

    /// Not now: it would fit but for what is held for others, or for what was used in a minute that ends soon.
    ///
    /// @param from when to ask again
    record Busy(Cap cap, Instant from) implements Permit {}

    /// Not even its shortest answer fits.
    record Met(Cap cap) implements Permit {}

    /// There is a cap on money, and nobody knows what this model costs.
    record Unpriced(String model) implements Permit {}

    /// @param hold null where there are no caps
    /// @param lowered whether less output is allowed than was asked for
    record Held(@Nullable Hold hold, boolean lowered) {
        public static final Held NOTHING = new Held(null, false);
    }
}
