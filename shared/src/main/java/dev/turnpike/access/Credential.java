package dev.turnpike.access;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a request shows to say who sends it: `Authorization: Bearer …`, or `x-api-key: …`, and one of them only. This
/// is
/// the one place where it is read; what it holds is told to nobody, by [Object#toString] neither.
public sealed interface Credential {
    /// Nothing is shown.
    record None() implements Credential {}

    /// More than one, so that it can't be told whose request it is.
    record Several() implements Credential {}

    /// Nothing that can be a key of any kind.
    record Unreadable() implements Credential {}

    /// It may be a key.
    final class Shown implements Credential {
        private final String text;

        private Shown(String text) {
            this.text = text;
        }

        /// The API key; empty for what does not have the form of one.
        public Optional<ApiKey> apiKey() {
            return ApiKeys.id(text).map(id -> new ApiKey(id, ApiKeys.hash(text)));
        }

        /// Whether it is that text, in a time that does not tell how much of it is.
        boolean is(String other) {
            return ApiKeys.sameHash(ApiKeys.hash(text), ApiKeys.hash(other));
        }

        @Override
        public String toString() {
            return "a credential";
        }
    }

    /// An API key, as far as it may be known.
    ///
    /// @param id its public part
    /// @param hash of all of it
    record ApiKey(String id, String hash) {}

    /// @param authorization the header of that name, the values of several joined by commas, as HTTP has it
    /// @param apiKey the header `x-api-key`, which clients of other vendors send
    static Credential of(@Nullable String authorization, @Nullable String apiKey) {
        String bearer = authorization == null ? "" : trimmed(authorization);
        String plain = apiKey == null ? "" : trimmed(apiKey);
        if (bearer.isEmpty() && plain.isEmpty()) {
            return authorization == null && apiKey == null ? new None() : new Unreadable();
        }
        boolean both = !bearer.isEmpty() && !plain.isEmpty();
        if (both || bearer.indexOf(',') >= 0 || plain.indexOf(',') >= 0) {
            return new Several();
        }
        return plain.isEmpty() ? ofBearer(bearer) : ofText(plain);
    }

    private static Credential ofBearer(String header) {
        String scheme = "bearer ";
        return header.regionMatches(true, 0, scheme, 0, scheme.length())
                ? ofText(trimmed(header.substring(scheme.length())))
                : new Unreadable();
    }

    private static Credential ofText(String text) {
        return Form.KEY.matcher(text).matches() ? new Shown(text) : new Unreadable();
    }

    /// HTTP allows spaces and tabs around a value, and nothing else.
    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && Form.isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && Form.isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /// What a key can look like, ours and the admin's.
    final class Form {
        private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");

        private Form() {}

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\t';
        }
    }
}
