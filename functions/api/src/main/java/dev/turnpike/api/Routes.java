package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.Principal;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which operation serves which path.
final class Routes {
    private static final Pattern ONE =
            Pattern.compile("(/v1/(?:responses|conversations|chat/completions)/)([^/]+)((?:/cancel)?)");

    private final ApiParts parts;
    private final Cors cors;
    private final CreateResponse createResponse;
    private final CreateCompletion createCompletion;
    private final StoredCompletions completions;
    private final GetResponse getResponse;
    private final CancelResponse cancelResponse;
    private final CreateConversation createConversation;
    private final DeleteConversation deleteConversation;
    private final ListModels listModels;
    private final CheckHealth checkHealth;
    private final CreateApiKey createApiKey;

    Routes(ApiParts parts) {
        this.parts = parts;
        this.cors = new Cors(parts.corsOrigins());
        var responses = new StoredResponses(parts);
        var followResponse = new FollowResponse(parts);
        this.createResponse = new CreateResponse(parts, responses, followResponse);
        this.completions = new StoredCompletions(parts, responses);
        this.createCompletion = new CreateCompletion(parts, completions);
        this.getResponse = new GetResponse(responses, followResponse);
        this.cancelResponse = new CancelResponse(parts, responses);
        this.createConversation = new CreateConversation(parts);
        this.deleteConversation = new DeleteConversation(parts);
        this.listModels = new ListModels(parts.models());
        this.checkHealth = new CheckHealth(parts.probes(), parts.clock());
        this.createApiKey = new CreateApiKey(parts);
    }

    HttpReply reply(HttpRequest request, OutputStream out) {
        return new HttpReply(out, request.id(), cors.headers(request));
    }

    /// Serves the request, or answers with the error that it met.
    void answer(HttpRequest request, HttpReply reply, Context context) throws IOException {
        try {
            serve(request, reply, context);
        } catch (ApiException refused) {
            reply.error(refused);
        } catch (StoreUnavailableException down) {
            context.getLogger().log(FailureTrace.of(down), LogLevel.ERROR);
            reply.error(ApiException.unavailable("The service cannot reach its storage. Try again shortly."));
        } catch (RuntimeException unforeseen) {
            context.getLogger().log(FailureTrace.of(unforeseen), LogLevel.ERROR);
            reply.error(ApiException.internal());
        }
    }

    void serve(HttpRequest request, HttpReply reply, Context context) throws IOException {
        if (cors.preflight(request)) {
            reply.empty(cors.permission(request));
            return;
        }
        if (request.header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent()) {
            throw ApiException.invalid(
                    "websocket_not_supported",
                    null,
                    "WebSockets are not supported. Send a POST with \"stream\": true and read server-sent events.");
        }
        Matcher one = ONE.matcher(request.path());
        String id = one.matches() ? one.group(2) : "";
        String route = request.method() + " " + (one.matches() ? one.group(1) + "{id}" + one.group(3) : request.path());
        switch (route) {
            case "GET /health" -> checkHealth.serve(request, reply);
            case "POST /v1/responses" -> createResponse.serve(request, caller(request), reply, context);
            case "POST /v1/chat/completions" -> createCompletion.serve(request, caller(request), reply, context);
            case "GET /v1/chat/completions/{id}" -> completions.get(id, caller(request), reply);
            case "DELETE /v1/chat/completions/{id}" -> completions.delete(id, caller(request), reply);
            case "GET /v1/responses/{id}" -> getResponse.serve(id, request, caller(request), reply, context);
            case "POST /v1/responses/{id}/cancel" -> cancelResponse.serve(id, caller(request), reply, context);
            case "POST /v1/conversations" -> createConversation.serve(request, caller(request), reply);
            case "DELETE /v1/conversations/{id}" -> deleteConversation.serve(id, caller(request), reply);
            case "GET /v1/models" -> {
                caller(request);
                listModels.serve(reply);
            }
            case "POST /v1/organization/api_keys" -> createApiKey.serve(request, reply);
            default -> throw noSuchRoute(request);
        }
    }

    /// Checked before the body is looked at.
    private Principal caller(HttpRequest request) {
        String authorization = request.header("authorization").orElse(null);
        return parts.authenticator()
                .authenticate(authorization)
                .orElseThrow(() -> authorization == null
                        ? ApiException.unauthorized(
                                null,
                                "You didn't provide an API key. Send it in an Authorization header:"
                                        + " 'Authorization: Bearer YOUR_KEY'.")
                        : ApiException.unauthorized(
                                "invalid_api_key",
                                "Incorrect API key provided. Keys begin with 'tp_' and are made with the admin key."));
    }

    private static ApiException noSuchRoute(HttpRequest request) {
        return ApiException.notFound("Invalid URL (" + request.method() + " " + WireText.shown(request.path()) + ")");
    }
}
