package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.Principal;
import dev.turnpike.access.RequestLimit;
import dev.turnpike.access.RequestLimit.Standing;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.RunAdmission.Admission;
import dev.turnpike.admission.RunAdmission.Applicant;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CacheField;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Whoever asks for a run, and how often they may. The count is on its way while the request is read.
///
/// Sources of the headers: OpenAI's guide on rate limits; RFC 9110, section 10.2.3, for `retry-after`.
final class CountedCaller {
    private final Principal principal;
    private final RequestLimit.Count count;
    private final LambdaLogger log;
    private @Nullable Standing standing;

    CountedCaller(Principal principal, RequestLimit.Count count, LambdaLogger log) {
        this.principal = principal;
        this.count = count;
        this.log = log;
    }

    Applicant applicant() {
        return new Applicant(principal.tenant(), principal.payer(), principal.caps());
    }

    String tenant() {
        return principal.tenant();
    }

    /// The body as if it had said what its key says for it.
    JsonNode withDefaults(JsonNode body) {
        return CacheField.withDefault(body, principal.caching());
    }

    /// Lets the request in, if there were not too many. One that was made before creates nothing, so it may come again.
    ///
    /// @throws ApiException there were
    Admission admit(RunAdmission admission, Application application) {
        if (standing() instanceof Standing.Counted counted && counted.exceeded()) {
            return admission.earlier(application).orElseThrow(() -> refusal(counted));
        }
        return admission.admit(application);
    }

    /// What the answer carries, whatever it is.
    Map<String, String> headers() {
        return standing() instanceof Standing.Counted counted
                ? Map.of(
                        "x-ratelimit-limit-requests", Integer.toString(counted.limit()),
                        "x-ratelimit-remaining-requests", Long.toString(counted.remaining()),
                        "x-ratelimit-reset-requests", text(counted.reset()))
                : Map.of();
    }

    private Standing standing() {
        if (standing == null) {
            standing = count.standing();
            if (standing instanceof Standing.Unknown(Throwable cause)) {
                log.log("requests are not counted: " + FailureTrace.of(cause), LogLevel.ERROR);
            }
        }
        return standing;
    }

    private static ApiException refusal(Standing.Counted counted) {
        return ApiException.rateLimited("Rate limit reached: a key may make %d requests per minute. Try again in %s."
                        .formatted(counted.limit(), text(counted.reset())))
                .withHeader("retry-after", Long.toString(seconds(counted.reset())))
                .withHeader("retry-after-ms", Long.toString(counted.reset().toMillis()));
    }

    /// As `1s` or `6m0s`.
    private static String text(Duration time) {
        long seconds = seconds(time);
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    private static long seconds(Duration time) {
        return Math.max(1, time.plusMillis(999).toSeconds());
    }
}
