package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.Entry;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.Principal;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.ApiException;
import dev.turnpike.wiring.AccessParts;

/// Who sends a request, told before its body is looked at.
final class Callers {
    private final AccessParts access;

    Callers(AccessParts access) {
        this.access = access;
    }

    /// Of a request for which any key will do.
    ///
    /// @throws ApiException it comes from nobody
    Principal any(HttpRequest request, LambdaLogger log) {
        return admitted(access.door().enter(request.credential(), request.address()), log)
                .principal();
    }

    /// @throws ApiException it comes from nobody, or its key is not made for this
    Principal with(KeyScope scope, HttpRequest request, LambdaLogger log) {
        Principal caller = any(request, log);
        require(scope, caller);
        return caller;
    }

    /// Of a request that makes a run. It is counted.
    ///
    /// @throws ApiException it comes from nobody, or its key is not made for this
    CountedCaller counted(HttpRequest request, HttpReply reply, LambdaLogger log) {
        Entry.Admitted entry = admitted(access.door().enterToRun(request.credential(), request.address()), log);
        var caller = new CountedCaller(entry.principal(), entry.standing());
        reply.carry(caller::headers);
        Throwable uncounted = entry.standing().uncounted();
        if (uncounted != null) {
            log.log("requests are not counted: " + FailureTrace.of(uncounted), LogLevel.ERROR);
        }
        require(KeyScope.RESPONSES_WRITE, entry.principal());
        return caller;
    }

    /// Lets the admin pass.
    ///
    /// @throws ApiException it is somebody else
    void requireAdmin(HttpRequest request, LambdaLogger log) {
        access.adminDoor().refusal(request.credential(), request.address()).ifPresent(refusal -> {
            throw refused(
                    refusal,
                    "This needs the admin key. It lies in Secrets Manager; the stack's output AdminSecretArn names"
                            + " it.",
                    log);
        });
    }

    private static Entry.Admitted admitted(Entry entry, LambdaLogger log) {
        return switch (entry) {
            case Entry.Admitted admitted -> admitted;
            case Entry.Refusal refusal ->
                throw refused(
                        refusal,
                        "Incorrect API key provided. Keys begin with 'tp_' and are made with the admin key.",
                        log);
        };
    }

    private static ApiException refused(Entry.Refusal refusal, String wrong, LambdaLogger log) {
        return switch (refusal) {
            case Entry.NoCredential() ->
                ApiException.unauthorized(
                        null,
                        "You didn't provide an API key. Send it in an Authorization header:"
                                + " 'Authorization: Bearer YOUR_KEY'.");
            case Entry.SeveralCredentials() ->
                ApiException.invalid(
                        "invalid_value", null, "Send one API key: in 'Authorization' or in 'x-api-key', not in both.");
            case Entry.Wrong(Throwable unnoted) -> {
                if (unnoted != null) {
                    log.log("a failed attempt is not noted: " + FailureTrace.of(unnoted), LogLevel.ERROR);
                }
                yield ApiException.unauthorized("invalid_api_key", wrong);
            }
            case Entry.Blocked(var reset) ->
                CountedCaller.retry(
                        ApiException.rateLimited("Too many requests without a good API key came from your address."),
                        reset);
        };
    }

    private static void require(KeyScope scope, Principal caller) {
        if (!caller.may(scope)) {
            throw ApiException.forbidden(
                    "You have insufficient permissions for this operation: your API key lacks the scope '%s'."
                            .formatted(scope.wireName()));
        }
    }
}
