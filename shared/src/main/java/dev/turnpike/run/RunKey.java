package dev.turnpike.run;

import dev.turnpike.conversation.ConversationKey;
import java.util.Optional;
import java.util.regex.Pattern;

/// Names one run within its conversation.
///
/// @param run a ULID in lower case
public record RunKey(ConversationKey conversation, String run) {
    private static final Pattern RESPONSE_ID = Pattern.compile("resp_([0-9a-z]{26})([0-9a-z]{26})");

    /// The id on the wire. It carries the conversation, so that no look-up row is needed to find the run.
    public String responseId() {
        return "resp_" + conversation.id() + run;
    }

    /// The run that a response id of this tenant names; empty when it is not of that form.
    public static Optional<RunKey> parse(String tenant, String responseId) {
        var matcher = RESPONSE_ID.matcher(responseId);
        return matcher.matches()
                ? Optional.of(new RunKey(new ConversationKey(tenant, matcher.group(1)), matcher.group(2)))
                : Optional.empty();
    }

    public String tenant() {
        return conversation.tenant();
    }
}
