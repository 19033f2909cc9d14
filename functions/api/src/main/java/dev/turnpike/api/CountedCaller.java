package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.access.Standing;
import dev.turnpike.access.Standing.Rate;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.Applicant;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.completions.CompletionReader;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CacheField;
import dev.turnpike.responses.RequestReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Whoever asks for a run, and how much they may still ask for.
///
/// Sources of the headers: OpenAI's guide on rate limits; RFC 9110, section 10.2.3, for `retry-after`.
final class CountedCaller {
    private final Principal principal;
    private final Standing standing;

    CountedCaller(Principal principal, Standing standing) {
        this.principal = principal;
        this.standing = standing;
    }

    Applicant applicant() {
        return new Applicant(principal.tenant(), principal.payer(), principal.caps(), principal.concurrentRuns());
    }

    Principal principal() {
        return principal;
    }

    String tenant() {
        return principal.tenant();
    }

    /// The body as if it had said what its key says for it.
    JsonNode withDefaults(JsonNode body) {
        return CacheField.withDefault(body, principal.caching());
    }

    RequestReader reader(RequestReader ofAnybody) {
        return ofAnybody.narrowedTo(
                principal.terms().models()::matches, principal.terms().tools()::matches);
    }

    CompletionReader reader(CompletionReader ofAnybody) {
        return ofAnybody.narrowedTo(
                principal.terms().models()::matches, principal.terms().tools()::matches);
    }

    /// Lets the request in, if there were not too many. One that was made before creates nothing, so it may come again.
    ///
    /// @throws ApiException there were
    Admission admit(RunAdmission admission, Application application) {
        Optional<ApiException> refusal = refusal();
        return refusal.isEmpty()
                ? admission.admit(application)
                : admission.earlier(application).orElseThrow(refusal::get);
    }

    private Optional<ApiException> refusal() {
        Optional<ApiException> requests = standing.requests()
                .filter(Rate::exceeded)
                .map(rate -> refusal(
                        rate,
                        "requests",
                        "Rate limit reached: a %s may make %d requests per minute."
                                .formatted(rate.name(), rate.limit())));
        return requests.or(() -> standing.tokens()
                .filter(Rate::exceeded)
                .map(rate -> refusal(
                        rate,
                        "tokens",
                        "Rate limit reached: %d tokens may be used for %s.".formatted(rate.limit(), rate.name()))));
    }

    private static ApiException refusal(Rate rate, String of, String message) {
        return retry(ApiException.rateLimited(of, message + " Try again in " + text(rate.reset()) + "."), rate.reset());
    }

    /// What the answer carries, whatever it is.
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        standing.requests().ifPresent(rate -> rate(headers, rate, "requests"));
        standing.tokens().ifPresent(rate -> rate(headers, rate, "tokens"));
        if (!standing.warnings().isEmpty()) {
            headers.put("turnpike-cap-warning", String.join(", ", standing.warnings()));
        }
        return headers;
    }

    private static void rate(Map<String, String> headers, Rate rate, String of) {
        headers.put("x-ratelimit-limit-" + of, Long.toString(rate.limit()));
        headers.put("x-ratelimit-remaining-" + of, Long.toString(rate.left()));
        headers.put("x-ratelimit-reset-" + of, text(rate.reset()));
    }

    /// Says when to come again.
    static ApiException retry(ApiException refusal, Duration reset) {
        return refusal.withHeader("retry-after", Long.toString(seconds(reset)))
                .withHeader("retry-after-ms", Long.toString(reset.toMillis()));
    }

    /// As `1s`, `6m0s` or `23h59m59s`.
    private static String text(Duration time) {
        long seconds = seconds(time);
        String rest = seconds % 60 + "s";
        if (seconds < 60) {
            return rest;
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + "m" + rest : minutes / 60 + "h" + minutes % 60 + "m" + rest;
    }

    private static long seconds(Duration time) {
        return Math.max(1, time.plusMillis(999).toSeconds());
    }
}
