package dev.turnpike.model;

import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Where providers of the Chat Completions API disagree on what a request looks like.
///
/// @param switches what differs from OpenAI itself
public record Dialect(Set<Switch> switches) {
    /// One way in which a provider differs from OpenAI.
    public enum Switch {
        /// The length of an answer is bounded by `max_tokens`. OpenAI's reasoning models refuse that name; older
        /// servers ignore the newer `max_completion_tokens` and would write on without end.
        MAX_TOKENS,
        /// The key travels as `api-key`, not as a bearer token.
        API_KEY_HEADER,
        /// `stream_options` is refused; the usage comes without being asked for, or is estimated.
        NO_STREAM_OPTIONS,
        /// `tool_choice` says `any` for `required`.
        ANY_TOOL_CHOICE,
        /// `seed` is called `random_seed`.
        RANDOM_SEED,
        /// No JSON schemas, only "some JSON object": the schema is told in words.
        JSON_OBJECT,
        /// Tools have no `strict`.
        NO_STRICT,
        /// What OpenAI has added for its caches and its care for users is refused: `prompt_cache_key`,
        /// `prompt_cache_retention`, `safety_identifier`.
        NO_PROMPT_CACHE_KEY,
        /// Parameters that are about OpenAI's own house are refused: `user`, `prompt_cache_key`, `metadata`, …
        NO_OPENAI_EXTRAS;

        /// As configuration spells it.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// @return empty for a word that is none
        public static Optional<Switch> of(String word) {
            return Arrays.stream(values())
                    .filter(each -> each.word().equals(word))
                    .findFirst();
        }
    }

    /// Parameters that only OpenAI's own house understands.
    private static final Set<String> OPENAI_EXTRAS = Set.of(
            "user",
            "prompt_cache_key",
            "prompt_cache_retention",
            "safety_identifier",
            "metadata",
            "store",
            "verbosity");

    private static final Set<String> OF_PROMPT_CACHE =
            Set.of("prompt_cache_key", "prompt_cache_retention", "safety_identifier");

    /// OpenAI itself.
    public static final Dialect OPENAI = new Dialect(Set.of());

    /// A server that nothing is known of.
    public static final Dialect COMPATIBLE = new Dialect(EnumSet.of(Switch.MAX_TOKENS, Switch.NO_PROMPT_CACHE_KEY));

    private static final Dialect MISTRAL = new Dialect(EnumSet.of(
            Switch.MAX_TOKENS,
            Switch.NO_STREAM_OPTIONS,
            Switch.ANY_TOOL_CHOICE,
            Switch.RANDOM_SEED,
            Switch.NO_OPENAI_EXTRAS));

    private static final Dialect DEEPSEEK =
            new Dialect(EnumSet.of(Switch.MAX_TOKENS, Switch.JSON_OBJECT, Switch.NO_STRICT, Switch.NO_OPENAI_EXTRAS));

    private static final Dialect BEDROCK = new Dialect(EnumSet.of(Switch.NO_STRICT, Switch.NO_OPENAI_EXTRAS));

    private static final Dialect GROQ = new Dialect(EnumSet.of(Switch.NO_STRICT, Switch.NO_PROMPT_CACHE_KEY));

    /// Hosts whose dialect is known, the first that fits counts.
    private static final List<Known> KNOWN = List.of(
            new Known("api\\.openai\\.com", OPENAI),
            new Known(".+\\.(openai\\.azure|services\\.ai\\.azure|cognitiveservices\\.azure)\\.com", OPENAI),
            new Known("bedrock-.+\\.amazonaws\\.com", BEDROCK),
            new Known("api\\.groq\\.com", GROQ),
            new Known("api\\.mistral\\.ai", MISTRAL),
            new Known("api\\.deepseek\\.com", DEEPSEEK));

    private record Known(Pattern host, Dialect dialect) {
        Known(String host, Dialect dialect) {
            this(Pattern.compile(host), dialect);
        }
    }

    /// What is known of the provider at this address.
    public static Dialect of(URI baseUri) {
        String host = String.valueOf(baseUri.getHost()).toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(known -> known.host().matcher(host).matches())
                .map(Known::dialect)
                .findFirst()
                .orElse(COMPATIBLE);
    }

    boolean has(Switch one) {
        return switches.contains(one);
    }

    /// The parameter that bounds the length of an answer.
    String maxTokensField() {
        return has(Switch.MAX_TOKENS) ? "max_tokens" : "max_completion_tokens";
    }

    /// What the provider calls a parameter; empty for one that it refuses.
    Optional<String> parameter(String name) {
        if ((has(Switch.NO_OPENAI_EXTRAS) && OPENAI_EXTRAS.contains(name))
                || (has(Switch.NO_PROMPT_CACHE_KEY) && OF_PROMPT_CACHE.contains(name))) {
            return Optional.empty();
        }
        return Optional.of(has(Switch.RANDOM_SEED) && name.equals("seed") ? "random_seed" : name);
    }

    String requiredToolChoice() {
        return has(Switch.ANY_TOOL_CHOICE) ? "any" : "required";
    }
}
