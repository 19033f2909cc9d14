package dev.turnpike.api;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.NamePatterns;
import dev.turnpike.access.Owner;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CacheField;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.WireText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads what a key is for, and what a user or a tenant may use. A field that is not given leaves what was; `null`
/// takes
/// back to what counts for everybody.
final class KeyFields {
    static final Set<String> OF_ALLOWANCE = Set.of("requests_per_minute", "concurrent_runs", "caps");
    static final Set<String> OF_TERMS = Set.of(
            "name",
            "scopes",
            "models",
            "tools",
            "requests_per_minute",
            "concurrent_runs",
            "caps",
            "expires_at",
            CacheField.NAME);

    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern USER = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final Pattern NAME_PATTERN = Pattern.compile("[^\\p{Cntrl},]{1,200}");
    private static final int LONGEST_NAME = 100;
    private static final int MOST_PER_MINUTE = 1_000_000;
    private static final int MOST_CONCURRENT = 500;
    private static final int MOST_NAMES = 50;
    private static final int MOST_CAPS = 20;
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private KeyFields() {}

    static Owner owner(JsonNode body) {
        String tenant = tenant(body.path("tenant").asString(""));
        return new Owner(tenant, user(Fields.of(body, "").text("user").orElse("")));
    }

    static String tenant(String tenant) {
        if (!TENANT.matcher(tenant).matches()) {
            throw ApiException.invalid(
                    "invalid_value", "tenant", "Invalid 'tenant': expected 1 to 64 of a-z, A-Z, 0-9, '_' and '-'.");
        }
        return tenant;
    }

    static String user(String user) {
        if (!user.isEmpty() && !USER.matcher(user).matches()) {
            throw ApiException.invalid(
                    "invalid_value", "user", "Invalid 'user': expected at most 128 characters, none of them unseen.");
        }
        return user;
    }

    static KeyTerms terms(Fields body, KeyTerms before, Instant now) {
        return new KeyTerms(
                given(body, "name") ? name(body) : before.name(),
                given(body, "scopes") ? scopes(body) : before.scopes(),
                given(body, "models") ? patterns(body, "models") : before.models(),
                given(body, "tools") ? patterns(body, "tools") : before.tools(),
                allowance(body, before.allowance()),
                given(body, "expires_at") ? expiry(body, now) : before.expiresAt(),
                given(body, CacheField.NAME) ? caching(body) : before.caching());
    }

    private static boolean given(Fields body, String name) {
        return body.object().has(name);
    }

    private static String name(Fields body) {
        String name = body.text("name").orElse("");
        if (name.length() > LONGEST_NAME) {
            throw ApiException.invalid("string_above_max_length", "name", "Invalid 'name': at most 100 characters.");
        }
        return name;
    }

    private static Set<KeyScope> scopes(Fields body) {
        if (!body.has("scopes")) {
            return KeyScope.all();
        }
        Set<KeyScope> scopes = new HashSet<>();
        for (String name : body.texts("scopes")) {
            List<String> all = KeyScope.all().stream().map(KeyScope::wireName).toList();
            scopes.add(KeyScope.of(name).orElseThrow(() -> Fields.notAllowed("scopes", name, all)));
        }
        return scopes;
    }

    private static NamePatterns patterns(Fields body, String field) {
        if (!body.has(field)) {
            return KeyTerms.ANY;
        }
        List<String> patterns = body.texts(field);
        body.atMost(field, patterns.size(), MOST_NAMES);
        for (String pattern : patterns) {
            if (!NAME_PATTERN.matcher(pattern).matches() || pattern.isBlank()) {
                throw ApiException.invalid(
                        "invalid_value", field, "Invalid '" + field + "': expected names, * for any characters.");
            }
        }
        return new NamePatterns(patterns);
    }

    static Allowance allowance(Fields body, Allowance before) {
        return new Allowance(
                count(body, "requests_per_minute", MOST_PER_MINUTE, before.requestsPerMinute()),
                count(body, "concurrent_runs", MOST_CONCURRENT, before.concurrentRuns()),
                given(body, "caps") ? caps(body) : before.caps());
    }

    private static @Nullable Integer count(Fields body, String field, int most, @Nullable Integer before) {
        if (!given(body, field)) {
            return before;
        }
        OptionalInt count = body.integer(field, 0, most);
        return count.isPresent() ? count.getAsInt() : null;
    }

    private static List<Cap> caps(Fields body) {
        List<String> texts = body.texts("caps");
        body.atMost("caps", texts.size(), MOST_CAPS);
        List<Cap> caps = new ArrayList<>();
        for (String text : texts) {
            Cap cap = cap(text, "caps[" + caps.size() + "]");
            if (caps.stream().anyMatch(cap::sameAs)) {
                throw ApiException.invalid(
                        "invalid_value", "caps", "Invalid 'caps': '" + cap.name() + "' is bounded twice.");
            }
            caps.add(cap);
        }
        return caps;
    }

    private static Cap cap(String text, String path) {
        try {
            return Cap.parse(text);
        } catch (IllegalArgumentException _) {
            throw ApiException.invalid(
                    "invalid_value",
                    path,
                    "Invalid '%s': expected for example 'tenant/month=100usd', 'key/day=1000000tokens' or 'run=2usd',"
                                    .formatted(path)
                            + " but got '" + WireText.shown(text) + "' instead.");
        }
    }

    private static @Nullable Instant expiry(Fields body, Instant now) {
        JsonNode value = body.value("expires_at");
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber()) {
            throw ApiException.wrongType("expires_at", "an integer", Fields.kind(value));
        }
        if (!value.canConvertToLong() || value.longValue() <= now.getEpochSecond() || value.longValue() > LATEST) {
            throw ApiException.invalid(
                    "invalid_value", "expires_at", "Invalid 'expires_at': expected the seconds of a time to come.");
        }
        return Instant.ofEpochSecond(value.longValue());
    }

    private static @Nullable Caching caching(Fields body) {
        return CacheField.read(body)
                .map(cache -> new Caching(cache.timeToLive(), cache.anyway()))
                .orElse(null);
    }
}
