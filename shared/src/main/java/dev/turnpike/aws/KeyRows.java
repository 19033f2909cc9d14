package dev.turnpike.aws;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.NamePatterns;
import dev.turnpike.access.Owner;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An API key as a row, which also holds what it has used. What an attribute is missing for is not restricted.
final class KeyRows {
    static final String HASH = "hash";
    static final String PREVIOUS = "previousHash";
    static final String PREVIOUS_UNTIL = "previousUntil";
    static final String DISABLED = "disabled";
    private static final List<String> OF_TERMS = List.of(
            "name",
            "scopes",
            "models",
            "tools",
            "requestsPerMinute",
            "concurrentRuns",
            "caps",
            "expires",
            "cacheSeconds",
            "cacheAnyway");

    private KeyRows() {}

    /// What somebody used who had no key leaves a row, too.
    static boolean isKey(Row row) {
        return row.has(HASH);
    }

    static StoredKey read(Row row) {
        String previous = row.optionalText(PREVIOUS);
        return new StoredKey(
                row.text("id"),
                new Owner(row.text("tenant"), Objects.requireNonNullElse(row.optionalText("user"), "")),
                new Secret(row.text(HASH), previous, row.optionalInstant(PREVIOUS_UNTIL)),
                row.instant("created"),
                row.optionalInstant(DISABLED),
                terms(row));
    }

    private static KeyTerms terms(Row row) {
        return new KeyTerms(
                row.text("name"),
                row.has("scopes") ? scopes(row.texts("scopes")) : KeyScope.all(),
                patterns(row, "models"),
                patterns(row, "tools"),
                allowance(row),
                row.optionalInstant("expires"),
                caching(row));
    }

    /// One that this version does not know is for what it does not do.
    private static Set<KeyScope> scopes(List<String> names) {
        return names.stream().map(KeyScope::of).flatMap(Optional::stream).collect(Collectors.toSet());
    }

    private static NamePatterns patterns(Row row, String name) {
        return row.has(name) ? new NamePatterns(row.texts(name)) : KeyTerms.ANY;
    }

    static Allowance allowance(Row row) {
        return new Allowance(
                count(row, "requestsPerMinute"),
                count(row, "concurrentRuns"),
                row.texts("caps").stream().map(Cap::parse).toList());
    }

    private static @Nullable Integer count(Row row, String name) {
        return row.has(name) ? row.integer(name) : null;
    }

    private static @Nullable Caching caching(Row row) {
        return row.has("cacheSeconds")
                ? new Caching(Duration.ofSeconds(row.number("cacheSeconds")), row.flag("cacheAnyway"))
                : null;
    }

    static Row write(StoredKey key) {
        Row row = terms(key.terms())
                .put("id", key.id())
                .put("tenant", key.owner().tenant())
                .put("user", key.owner().hasUser() ? key.owner().user() : null)
                .put(HASH, key.secret().sha256())
                .put(PREVIOUS, key.secret().previous())
                .put(PREVIOUS_UNTIL, key.secret().previousUntil())
                .put("created", key.createdAt())
                .put(DISABLED, key.disabledAt());
        row.attributes().putAll(TableKeys.apiKey(key.id()));
        return row;
    }

    private static Row terms(KeyTerms terms) {
        Row row = allowance(terms.allowance()).put("name", terms.name()).put("expires", terms.expiresAt());
        if (!terms.scopes().equals(KeyScope.all())) {
            row.put(
                    "scopes",
                    Row.list(terms.scopes().stream()
                            .map(KeyScope::wireName)
                            .sorted()
                            .toList()));
        }
        if (!terms.models().equals(KeyTerms.ANY)) {
            row.put("models", Row.list(terms.models().patterns()));
        }
        if (!terms.tools().equals(KeyTerms.ANY)) {
            row.put("tools", Row.list(terms.tools().patterns()));
        }
        Caching caching = terms.caching();
        if (caching != null) {
            row.put("cacheSeconds", caching.timeToLive().toSeconds()).put("cacheAnyway", caching.anyway());
        }
        return row;
    }

    private static Row allowance(Allowance allowance) {
        Row row = new Row();
        if (allowance.requestsPerMinute() != null) {
            row.put("requestsPerMinute", allowance.requestsPerMinute().longValue());
        }
        if (allowance.concurrentRuns() != null) {
            row.put("concurrentRuns", allowance.concurrentRuns().longValue());
        }
        if (!allowance.caps().isEmpty()) {
            row.put(
                    "caps",
                    Row.list(allowance.caps().stream().map(Cap::toString).toList()));
        }
        return row;
    }

    /// Puts these in place of those that the row has.
    static UpdateRow change(UpdateRow update, KeyTerms terms) {
        return change(update, terms(terms), OF_TERMS);
    }

    static UpdateRow change(UpdateRow update, Allowance allowance) {
        return change(update, allowance(allowance), List.of("requestsPerMinute", "concurrentRuns", "caps"));
    }

    private static UpdateRow change(UpdateRow update, Row to, List<String> names) {
        for (String name : names) {
            var value = to.value(name);
            if (value == null) {
                update.remove(name);
            } else {
                update.set(name, value);
            }
        }
        return update;
    }
}
