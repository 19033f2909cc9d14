package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.Principal;
import dev.turnpike.access.RequestLimit;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which operation serves which path.
final class Routes {
    /// A thing with an id, what is asked of it, and a thing below that.
    private static final Pattern ONE =
            Pattern.compile("(/v1/(?:responses|conversations|chat/completions)/)([^/]+)((?:/[a-z_]+)?)(?:/([^/]+))?");

    /// Names of models may have slashes.
    private static final Pattern MODEL = Pattern.compile("/v1/models/(.+)");

    static final String CLIENT_REQUEST_ID = "x-client-request-id";

    private final ApiParts parts;
    private final Cors cors;
    private final CreateResponse createResponse;
    private final CreateCompletion createCompletion;
    private final StoredCompletions completions;
    private final GetResponse getResponse;
    private final CancelResponse cancelResponse;
    private final DeleteResponse deleteResponse;
    private final StoredInput storedInput;
    private final CompactResponse compactResponse;
    private final CountInputTokens countInputTokens;
    private final Conversations conversations;
    private final ConversationItems conversationItems;
    private final Models models;
    private final CheckHealth checkHealth;
    private final ShowOpenApi showOpenApi = new ShowOpenApi();
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
        this.deleteResponse = new DeleteResponse(parts);
        this.storedInput = new StoredInput(parts, responses);
        this.compactResponse = new CompactResponse(parts, responses);
        this.countInputTokens = new CountInputTokens(parts);
        this.conversations = new Conversations(parts);
        this.conversationItems = new ConversationItems(parts, conversations);
        this.models = new Models(parts.models(), parts.requests()::allows);
        this.checkHealth = new CheckHealth(parts.probes(), parts.clock());
        this.createApiKey = new CreateApiKey(parts);
    }

    HttpReply reply(HttpRequest request, OutputStream out) {
        Map<String, String> always = new LinkedHashMap<>(cors.headers(request));
        request.clientRequestId().filter(HttpRequest::isRequestId).ifPresent(id -> always.put(CLIENT_REQUEST_ID, id));
        return new HttpReply(out, request.id(), always);
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
        if (!request.clientRequestId().map(HttpRequest::isRequestId).orElse(true)) {
            throw ApiException.invalid(
                    "invalid_value", null, "X-Client-Request-Id takes at most 512 printable ASCII characters.");
        }
        Matcher one = ONE.matcher(request.path());
        Matcher model = MODEL.matcher(request.path());
        switch (request.method() + " " + request.path()) {
            case "GET /health" -> checkHealth.serve(request, reply);
            case "GET /openapi.json" -> showOpenApi.serve(reply);
            // For whoever knows only the base URL that clients have.
            case "GET /v1/openapi.json" -> showOpenApi.serve(reply);
            case "POST /v1/responses" ->
                createResponse.serve(request, counted(request, reply, context), reply, context);
            case "POST /v1/chat/completions" ->
                createCompletion.serve(request, counted(request, reply, context), reply, context);
            case "POST /v1/responses/input_tokens" -> countInputTokens.serve(request, caller(request), reply);
            case "POST /v1/responses/compact" ->
                compactResponse.serve(request, counted(request, reply, context), reply, context);
            case "POST /v1/conversations" -> conversations.create(request, caller(request), reply);
            case "GET /v1/conversations" -> conversations.list(request, caller(request), reply);
            case "GET /v1/models" -> {
                caller(request);
                models.list(reply);
            }
            case "POST /v1/organization/api_keys" -> createApiKey.serve(request, reply);
            default -> {
                if (request.method().equals("GET") && model.matches()) {
                    caller(request);
                    models.get(decoded(model.group(1)), reply);
                } else if (one.matches()) {
                    serveOne(one, request, reply, context);
                } else {
                    throw noSuchRoute(request);
                }
            }
        }
    }

    /// Clients encode the slashes of a name.
    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return segment;
        }
    }

    private void serveOne(Matcher one, HttpRequest request, HttpReply reply, Context context) throws IOException {
        String id = one.group(2);
        String item = one.group(4) == null ? "" : one.group(4);
        String route =
                request.method() + " " + one.group(1) + "{id}" + one.group(3) + (item.isEmpty() ? "" : "/{item}");
        switch (route) {
            case "GET /v1/chat/completions/{id}" -> completions.get(id, caller(request), reply);
            case "DELETE /v1/chat/completions/{id}" -> completions.delete(id, caller(request), reply);
            case "GET /v1/responses/{id}" -> getResponse.serve(id, request, caller(request), reply, context);
            case "DELETE /v1/responses/{id}" -> deleteResponse.serve(id, caller(request), reply);
            case "POST /v1/responses/{id}/cancel" -> cancelResponse.serve(id, caller(request), reply, context);
            case "GET /v1/responses/{id}/input_items" -> storedInput.serve(id, request, caller(request), reply);
            case "GET /v1/conversations/{id}" -> conversations.get(id, caller(request), reply);
            case "POST /v1/conversations/{id}" -> conversations.describe(id, request, caller(request), reply);
            case "DELETE /v1/conversations/{id}" -> conversations.delete(id, caller(request), reply);
            case "GET /v1/conversations/{id}/items" -> conversationItems.list(id, request, caller(request), reply);
            case "POST /v1/conversations/{id}/items" -> conversationItems.add(id, request, caller(request), reply);
            case "GET /v1/conversations/{id}/items/{item}" -> conversationItems.get(id, item, caller(request), reply);
            case "DELETE /v1/conversations/{id}/items/{item}" ->
                conversationItems.delete(id, item, caller(request), reply);
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

    /// The same of a request that makes a run. It is counted while its key is looked up.
    private CountedCaller counted(HttpRequest request, HttpReply reply, Context context) {
        RequestLimit.Count count =
                parts.requestLimit().begin(request.header("authorization").orElse(null));
        var caller = new CountedCaller(caller(request), count, context.getLogger());
        reply.carry(caller::headers);
        return caller;
    }

    private static ApiException noSuchRoute(HttpRequest request) {
        return ApiException.notFound("Invalid URL (" + request.method() + " " + WireText.shown(request.path()) + ")");
    }
}
