package dev.turnpike.conversation;

import java.util.Optional;
import java.util.regex.Pattern;

/// Names one conversation. The tenant is part of every key, so a foreign id finds nothing.
///
/// @param tenant the owner, as the API key says
/// @param id a ULID in lower case, without the `conv_` of the wire
public record ConversationKey(String tenant, String id) {
    private static final Pattern WIRE_ID = Pattern.compile("conv_([0-9a-z]{26})");

    /// The id on the wire.
    public String wireId() {
        return "conv_" + id;
    }

    /// The conversation that an id on the wire names for this tenant; empty when it is not of that form.
    public static Optional<ConversationKey> parse(String tenant, String wireId) {
        var matcher = WIRE_ID.matcher(wireId);
        return matcher.matches() ? Optional.of(new ConversationKey(tenant, matcher.group(1))) : Optional.empty();
    }
}
