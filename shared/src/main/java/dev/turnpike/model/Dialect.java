package dev.turnpike.model;

import java.net.URI;

/// Where providers of the Chat Completions API disagree on what a request looks like.
///
/// @param maxTokensField the parameter that bounds the length of an answer
public record Dialect(String maxTokensField) {
    /// OpenAI itself: its reasoning models refuse `max_tokens`.
    public static final Dialect OPENAI = new Dialect("max_completion_tokens");

    /// Everybody else: older servers ignore `max_completion_tokens` and would write on without end.
    public static final Dialect COMPATIBLE = new Dialect("max_tokens");

    public static Dialect of(URI baseUri) {
        return "api.openai.com".equalsIgnoreCase(baseUri.getHost()) ? OPENAI : COMPATIBLE;
    }
}
