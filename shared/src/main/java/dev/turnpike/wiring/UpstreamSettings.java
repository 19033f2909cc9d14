package dev.turnpike.wiring;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.model.Dialect;
import dev.turnpike.model.Dialect.Switch;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.provider.Breaker;
import dev.turnpike.provider.Retry;
import dev.turnpike.responses.WireJson;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// How the model providers are spoken to, and what is done when they fail.
///
/// @param dialect of the first provider
/// @param verifyTls of the first provider
/// @param serviceTier that the first provider is asked for; empty for its own choice
/// @param others asked for the models that they serve
/// @param fallbacks models that stand in, by the pattern of the model that fails; the first pattern that fits counts
public record UpstreamSettings(
        Dialect dialect,
        boolean verifyTls,
        String serviceTier,
        List<OtherProvider> others,
        Map<NamePatterns, List<String>> fallbacks,
        Retry.Settings retry,
        Breaker.Settings breaker) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern FLAG = Pattern.compile("true|false");
    private static final Pattern TIER = Pattern.compile("[a-z0-9_-]{1,32}");
    private static final Set<String> FIELDS =
            Set.of("name", "base_url", "models", "key", "prices", "service_tier", "switches", "tls_verify");

    /// @param key the field of the provider secret's JSON that holds its key
    /// @param prices the provider whose prices count: an id, or the base URL
    /// @param serviceTier that it is asked for; empty for its own choice
    public record OtherProvider(
            String name,
            URI baseUrl,
            NamePatterns models,
            String key,
            String prices,
            String serviceTier,
            Dialect dialect,
            boolean verifyTls) {}

    /// The models that stand in for a model.
    public List<String> standIns(String model) {
        return fallbacks.entrySet().stream()
                .filter(entry -> entry.getKey().matches(model))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(List.of());
    }

    static UpstreamSettings from(Environment environment, URI baseUrl, Duration firstByte) {
        return new UpstreamSettings(
                dialect(environment, baseUrl),
                verifyTls(environment, baseUrl),
                environment.optionalMatching(Variable.SERVICE_TIER, TIER).orElse(""),
                others(environment),
                fallbacks(environment),
                retry(environment),
                new Breaker.Settings(
                        environment.count(Variable.BREAKER_FAILURES, 0, 1_000),
                        environment.seconds(Variable.BREAKER_SECONDS, 1, 3_600),
                        firstByte.plusSeconds(10)));
    }

    private static Dialect dialect(Environment environment, URI baseUrl) {
        return environment
                .optionalText(Variable.DIALECT)
                .map(words -> new Dialect(switches(words, Variable.DIALECT)))
                .orElseGet(() -> Dialect.of(baseUrl));
    }

    /// Words between commas; `none` for OpenAI's own form.
    private static Set<Switch> switches(String words, Variable variable) {
        Set<Switch> switches = EnumSet.noneOf(Switch.class);
        if (!words.equals("none")) {
            for (String word : words.split(",", -1)) {
                switches.add(Switch.of(word.strip()).orElseThrow(() -> Environment.malformed(variable, word)));
            }
        }
        return switches;
    }

    private static boolean verifyTls(Environment environment, URI baseUrl) {
        boolean verify = Boolean.parseBoolean(environment.matching(Variable.TLS_VERIFY, FLAG));
        if (!verify && !Settings.isPrivate(baseUrl.getHost())) {
            throw Environment.malformed(Variable.TLS_VERIFY, "false");
        }
        return verify;
    }

    private static List<OtherProvider> others(Environment environment) {
        String json = environment.optionalText(Variable.PROVIDERS).orElse("");
        if (json.isEmpty()) {
            return List.of();
        }
        try {
            JsonNode list = WireJson.mapper().readTree(json);
            if (!list.isArray()) {
                throw unusable("it is no list");
            }
            List<OtherProvider> others =
                    list.valueStream().map(UpstreamSettings::other).toList();
            if (others.stream().map(OtherProvider::name).distinct().count() < others.size()) {
                throw unusable("two have the same name");
            }
            return others;
        } catch (JacksonException _) {
            throw unusable("it is not JSON");
        }
    }

    private static OtherProvider other(JsonNode json) {
        for (String field : json.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw unusable("it has a field that means nothing: " + field);
            }
        }
        String name = json.path("name").asString("");
        if (!NAME.matcher(name).matches()) {
            throw unusable("a name is none of small letters, digits and -, at most 32");
        }
        URI baseUrl = Environment.httpUrl(json.path("base_url").asString(""))
                .filter(Settings::usable)
                .orElseThrow(() -> unusable(name + " has no usable base_url"));
        boolean verifyTls = json.path("tls_verify").asBoolean(true);
        if (!verifyTls && !Settings.isPrivate(baseUrl.getHost())) {
            throw unusable(name + " must have its certificate verified: its host is not private");
        }
        String tier = json.path("service_tier").asString("");
        if (json.has("service_tier") && !TIER.matcher(tier).matches()) {
            throw unusable(name + " has a service_tier that is none of small letters, digits, - and _");
        }
        String switches = json.path("switches").asString("");
        return new OtherProvider(
                name,
                baseUrl,
                NamePatterns.parse(json.path("models").asString("*")),
                json.path("key").asString(name),
                json.path("prices").asString(baseUrl.toString()),
                tier,
                switches.isEmpty() ? Dialect.of(baseUrl) : new Dialect(switches(switches, Variable.PROVIDERS)),
                verifyTls);
    }

    /// Doesn't repeat the value: people put keys where they don't belong.
    private static SettingsException unusable(String why) {
        return new SettingsException(
                "PROVIDERS can't be used, %s: put %s there.".formatted(why, Variable.PROVIDERS.content()));
    }

    private static Map<NamePatterns, List<String>> fallbacks(Environment environment) {
        Map<NamePatterns, List<String>> fallbacks = new LinkedHashMap<>();
        String value = environment.optionalText(Variable.FALLBACKS).orElse("");
        for (String each : value.split(";", -1)) {
            if (each.isBlank()) {
                continue;
            }
            List<String> sides = List.of(each.split("=", -1));
            if (sides.size() != 2) {
                throw Environment.malformed(Variable.FALLBACKS, value);
            }
            fallbacks.put(
                    NamePatterns.parse(sides.getFirst()),
                    NamePatterns.parse(sides.getLast()).patterns());
        }
        return fallbacks;
    }

    private static Retry.Settings retry(Environment environment) {
        return new Retry.Settings(
                environment.count(Variable.MAX_RETRIES, 0, 10),
                milliseconds(environment, Variable.RETRY_INITIAL_DELAY),
                milliseconds(environment, Variable.RETRY_MAX_DELAY),
                environment.optionalNumber(Variable.RETRY_BACKOFF_FACTOR, 1, 10).orElseThrow(),
                retryable(environment));
    }

    private static Duration milliseconds(Environment environment, Variable variable) {
        double seconds = environment.optionalNumber(variable, 0.001, 900).orElseThrow();
        return Duration.ofMillis(Math.round(seconds * 1_000));
    }

    private static Set<Kind> retryable(Environment environment) {
        List<String> codes = environment.list(Variable.RETRYABLE_ERRORS, code -> code);
        if (codes.isEmpty()) {
            return retryable().collect(() -> EnumSet.noneOf(Kind.class), Set::add, Set::addAll);
        }
        Set<Kind> kinds = EnumSet.of(Kind.RESTING);
        for (String code : codes) {
            kinds.add(retryable()
                    .filter(kind -> kind.code().equals(code))
                    .findFirst()
                    .orElseThrow(() -> Environment.malformed(Variable.RETRYABLE_ERRORS, code)));
        }
        return kinds;
    }

    private static Stream<Kind> retryable() {
        return Arrays.stream(Kind.values()).filter(Kind::retryable);
    }
}
