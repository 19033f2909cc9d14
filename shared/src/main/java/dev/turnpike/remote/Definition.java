package dev.turnpike.remote;

import dev.turnpike.tool.Effect;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A tool that the operator has defined, or a server that lists its own.
public sealed interface Definition {
    /// The tool's name, or the server's label. Unique among all definitions.
    String name();

    /// What tools of one's own have in common.
    ///
    /// @param parameters JSON Schema of an object, as text
    /// @param offered false for a tool that only a rollback calls
    /// @param timeout of one call; shorter where the deployment's is
    record Spec(
            String name,
            String description,
            String parameters,
            Effect effect,
            boolean offered,
            Optional<UndoCall> compensation,
            Duration timeout) {}

    /// @param function name or ARN
    /// @param dryRun whether it knows what it is to do with `dry_run`
    record Lambda(Spec spec, String function, boolean dryRun) implements Definition {
        @Override
        public String name() {
            return spec.name();
        }
    }

    /// @param headers sent with every request
    record Http(Spec spec, String method, UrlTemplate url, Map<String, String> headers, Optional<Secret> secret)
            implements Definition {
        @Override
        public String name() {
            return spec.name();
        }
    }

    /// @param name the label that its tools' names begin with
    /// @param allowed names that the server gives its tools; empty for all
    /// @param effects of single tools, by the names that the server gives them
    /// @param trustAnnotations whether a tool that calls itself read-only is taken for it
    /// @param pins the digests that tools must have, by the server's names; empty for any
    /// @param timeout of one call
    record Mcp(
            String name,
            String url,
            Optional<Secret> secret,
            Set<String> allowed,
            Map<String, Effect> effects,
            boolean trustAnnotations,
            Map<String, String> pins,
            Duration timeout)
            implements Definition {}

    /// A secret of Secrets Manager, and the header that it goes in.
    ///
    /// @param prefix before the secret, as `Bearer `
    record Secret(String arn, String header, String prefix) {}
}
