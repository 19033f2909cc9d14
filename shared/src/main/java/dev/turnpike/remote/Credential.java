package dev.turnpike.remote;

import dev.turnpike.model.ProviderKey;
import dev.turnpike.tool.ToolException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What a server is shown of a secret, and what is kept from everybody else.
///
/// @param secret empty where the server asks for none
record Credential(Optional<Definition.Secret> secret, ProviderKey key) {
    private static final int SHORTEST_HIDDEN = 6;

    static Credential of(Optional<Definition.Secret> secret, Function<String, ProviderKey> keys) {
        return new Credential(
                secret, secret.map(Definition.Secret::arn).map(keys).orElse(() -> ""));
    }

    /// @throws ToolException it can't be read now; nobody has been asked
    Map<String, String> headers() throws ToolException {
        if (secret.isEmpty()) {
            return Map.of();
        }
        return Map.of(secret.get().header(), secret.get().prefix() + value());
    }

    private String value() throws ToolException {
        try {
            return key.get().strip();
        } catch (RuntimeException _) {
            throw new ToolException("the secret that its server asks for can't be read at the moment");
        }
    }

    /// The server has refused it. Another one may be there by now.
    boolean renewed() throws ToolException {
        return secret.isPresent() && key.renewed(value());
    }

    /// A text of the server's without the secret: some servers repeat what they were sent.
    String hidden(String text) throws ToolException {
        if (secret.isEmpty()) {
            return text;
        }
        String value = value();
        return value.length() < SHORTEST_HIDDEN ? text : text.replace(value, "[hidden]");
    }
}
