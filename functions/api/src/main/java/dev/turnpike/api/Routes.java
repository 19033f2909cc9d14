package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.Principal;
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
    private static final Pattern ONE = Pattern.compile(
            "(/v1/(?:responses|conversations|chat/completions|organization/api_keys)/)([^/]+)((?:/[a-z_]+)?)(?:/([^/]+))?");

    /// Names of models may have slashes.
    private static final Pattern MODEL = Pattern.compile("/v1/models/(.+)");

    /// What is below it are no things with ids.
    private static final String WORKSPACE = "/workspace";

    private static final String ORGANIZATION = "/v1/organization/";

    static final String CLIENT_REQUEST_ID = "x-client-request-id";

    private final Cors cors;
    private final CreateResponse createResponse;
    private final CreateCompletion createCompletion;
    private final StoredCompletions completions;
    private final GetResponse getResponse;
    private final CancelResponse cancelResponse;
    private final RollbackResponse rollbackResponse;
    private final ProposalRoutes proposals;
    private final DeleteResponse deleteResponse;
    private final StoredInput storedInput;
    private final CompactResponse compactResponse;
    private final CountInputTokens countInputTokens;
    private final Conversations conversations;
    private final ConversationItems conversationItems;
    private final WorkspaceRoutes workspace;
    private final Models models;
    private final CheckHealth checkHealth;
    private final ShowOpenApi showOpenApi = new ShowOpenApi();
    private final Callers callers;
    private final ApiKeyRoutes apiKeys;
    private final LimitRoutes limits;
    private final AuditRoutes audit;
    private final UsageReports reports;
    private final OwnUsage usage;

    Routes(ApiParts parts) {
        this.cors = new Cors(parts.corsOrigins());
        var responses = new StoredResponses(parts);
        var followResponse = new FollowResponse(parts);
        this.createResponse = new CreateResponse(parts, responses, followResponse);
        this.completions = new StoredCompletions(parts, responses);
        this.createCompletion = new CreateCompletion(parts, completions);
        this.getResponse = new GetResponse(responses, followResponse);
        this.cancelResponse = new CancelResponse(parts, responses);
        this.proposals = new ProposalRoutes(parts, responses, createResponse);
        this.rollbackResponse = new RollbackResponse(parts, responses);
        this.deleteResponse = new DeleteResponse(parts);
        this.storedInput = new StoredInput(parts, responses);
        this.compactResponse = new CompactResponse(parts, responses);
        this.countInputTokens = new CountInputTokens(parts);
        this.conversations = new Conversations(parts);
        this.conversationItems = new ConversationItems(parts, conversations);
        this.workspace = new WorkspaceRoutes(parts, conversations);
        this.models = new Models(parts.models(), parts.requests()::allows);
        this.checkHealth = new CheckHealth(parts.probes(), parts.clock());
        this.callers = new Callers(parts.access());
        this.apiKeys = new ApiKeyRoutes(parts);
        this.limits = new LimitRoutes(parts);
        this.audit = new AuditRoutes(parts);
        this.reports = new UsageReports(parts);
        this.usage = new OwnUsage(parts, responses);
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
        serve(new Call(request, reply, context));
    }

    /// A request that is being served.
    private record Call(HttpRequest request, HttpReply reply, Context context) {}

    private void serve(Call call) throws IOException {
        HttpRequest request = call.request;
        HttpReply reply = call.reply;
        switch (request.method() + " " + request.path()) {
            case "GET /health" -> checkHealth.serve(request, reply);
            case "GET /openapi.json" -> showOpenApi.serve(reply);
            // For whoever knows only the base URL that clients have.
            case "GET /v1/openapi.json" -> showOpenApi.serve(reply);
            case "POST /v1/responses" -> createResponse.serve(request, counted(call), reply, call.context);
            case "POST /v1/chat/completions" -> createCompletion.serve(request, counted(call), reply, call.context);
            case "POST /v1/responses/input_tokens" ->
                countInputTokens.serve(request, with(KeyScope.RESPONSES_WRITE, call), reply);
            case "POST /v1/responses/compact" -> compactResponse.serve(request, counted(call), reply, call.context);
            case "POST /v1/conversations" ->
                conversations.create(request, with(KeyScope.CONVERSATIONS_WRITE, call), reply);
            case "GET /v1/conversations" -> conversations.list(request, with(KeyScope.CONVERSATIONS_READ, call), reply);
            case "GET /v1/usage" -> usage.key(with(KeyScope.USAGE_READ, call), reply);
            case "GET /v1/models" -> models.list(any(call), reply);
            default -> serveOther(call);
        }
    }

    private void serveOther(Call call) throws IOException {
        HttpRequest request = call.request;
        Matcher one = ONE.matcher(request.path());
        Matcher model = MODEL.matcher(request.path());
        if (request.path().startsWith(ORGANIZATION)) {
            serveAdmin(call, one);
        } else if (request.method().equals("GET") && model.matches()) {
            models.get(decoded(model.group(1)), any(call), call.reply);
        } else if (one.matches()) {
            serveOne(one, call);
        } else {
            throw noSuchRoute(request);
        }
    }

    /// Whoever is not the admin is told so before anything else.
    private void serveAdmin(Call call, Matcher one) throws IOException {
        HttpRequest request = call.request;
        HttpReply reply = call.reply;
        String id = one.matches() ? one.group(2) : "";
        String route = request.method() + " " + (one.matches() ? template(one) : request.path());
        Served served = switch (route) {
            case "POST /v1/organization/api_keys" -> () -> apiKeys.create(request, reply);
            case "GET /v1/organization/api_keys" -> () -> apiKeys.list(request, reply);
            case "GET /v1/organization/api_keys/{id}" -> () -> apiKeys.get(id, reply);
            case "POST /v1/organization/api_keys/{id}" -> () -> apiKeys.change(id, request, reply);
            case "DELETE /v1/organization/api_keys/{id}" -> () -> apiKeys.disable(id, request, reply);
            case "POST /v1/organization/api_keys/{id}/rotate" -> () -> apiKeys.rotate(id, request, reply);
            case "GET /v1/organization/limits" -> () -> limits.get(request, reply);
            case "POST /v1/organization/limits" -> () -> limits.change(request, reply);
            case "GET /v1/organization/audit_logs" -> () -> audit.list(request, reply);
            case "GET /v1/organization/usage/completions" -> () -> reports.usage(request, reply);
            case "GET /v1/organization/costs" -> () -> reports.costs(request, reply);
            case "GET /v1/organization/statistics" -> () -> reports.statistics(request, reply);
            case "POST /v1/organization/statistics/reset" -> () -> reports.reset(request, reply);
            default -> throw noSuchRoute(request);
        };
        callers.requireAdmin(request, call.context.getLogger());
        served.serve();
    }

    private interface Served {
        void serve() throws IOException;
    }

    /// The route of a path that names things.
    private static String template(Matcher one) {
        String below = one.group(4) == null ? "" : "/" + one.group(4);
        boolean isThing = !below.isEmpty() && !one.group(3).equals(WORKSPACE);
        return one.group(1) + "{id}" + one.group(3) + (isThing ? "/{item}" : below);
    }

    /// Clients encode the slashes of a name.
    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return segment;
        }
    }

    private void serveOne(Matcher one, Call call) throws IOException {
        HttpRequest request = call.request;
        HttpReply reply = call.reply;
        Context context = call.context;
        String id = one.group(2);
        String item = one.group(4) == null ? "" : one.group(4);
        switch (request.method() + " " + template(one)) {
            case "GET /v1/chat/completions/{id}" -> completions.get(id, readsResponses(call), reply);
            case "DELETE /v1/chat/completions/{id}" -> completions.delete(id, writesResponses(call), reply);
            case "GET /v1/responses/{id}" -> getResponse.serve(id, request, readsResponses(call), reply, context);
            case "DELETE /v1/responses/{id}" -> deleteResponse.serve(id, writesResponses(call), reply);
            case "POST /v1/responses/{id}/cancel" -> cancelResponse.serve(id, writesResponses(call), reply, context);
            case "POST /v1/responses/{id}/rollback" -> rollbackResponse.serve(id, counted(call), reply, context);
            case "GET /v1/responses/{id}/proposals" -> proposals.list(id, readsResponses(call), reply);
            case "POST /v1/responses/{id}/proposals/{item}" ->
                proposals.make(id, item, request, counted(call), reply, context);
            case "GET /v1/responses/{id}/input_items" -> storedInput.serve(id, request, readsResponses(call), reply);
            case "GET /v1/responses/{id}/usage" -> usage.response(id, readsUsage(call), reply);
            case "GET /v1/conversations/{id}/usage" -> conversations.usage(id, readsUsage(call), reply);
            case "GET /v1/conversations/{id}" -> conversations.get(id, reads(call), reply);
            case "POST /v1/conversations/{id}" -> conversations.describe(id, request, writes(call), reply);
            case "DELETE /v1/conversations/{id}" -> conversations.delete(id, writes(call), reply);
            case "GET /v1/conversations/{id}/items" -> conversationItems.list(id, request, reads(call), reply);
            case "POST /v1/conversations/{id}/items" -> conversationItems.add(id, request, writes(call), reply);
            case "GET /v1/conversations/{id}/items/{item}" -> conversationItems.get(id, item, reads(call), reply);
            case "DELETE /v1/conversations/{id}/items/{item}" ->
                conversationItems.delete(id, item, writes(call), reply);
            default -> serveWorkspace(one, call);
        }
    }

    private void serveWorkspace(Matcher one, Call call) throws IOException {
        HttpRequest request = call.request;
        HttpReply reply = call.reply;
        String id = one.group(2);
        switch (request.method() + " " + template(one)) {
            case "GET /v1/conversations/{id}/workspace" -> workspace.get(id, reads(call), reply);
            case "POST /v1/conversations/{id}/workspace" -> workspace.change(id, request, writes(call), reply);
            case "GET /v1/conversations/{id}/workspace/file" -> workspace.file(id, request, reads(call), reply);
            case "GET /v1/conversations/{id}/workspace/revisions" ->
                workspace.revisions(id, request, reads(call), reply);
            case "POST /v1/conversations/{id}/workspace/restore" -> workspace.restore(id, request, writes(call), reply);
            default -> throw noSuchRoute(request);
        }
    }

    private Principal any(Call call) {
        return callers.any(call.request, call.context.getLogger());
    }

    private Principal with(KeyScope scope, Call call) {
        return callers.with(scope, call.request, call.context.getLogger());
    }

    private Principal readsResponses(Call call) {
        return with(KeyScope.RESPONSES_READ, call);
    }

    private Principal writesResponses(Call call) {
        return with(KeyScope.RESPONSES_WRITE, call);
    }

    private Principal readsUsage(Call call) {
        return with(KeyScope.USAGE_READ, call);
    }

    /// Conversations.
    private Principal reads(Call call) {
        return with(KeyScope.CONVERSATIONS_READ, call);
    }

    private Principal writes(Call call) {
        return with(KeyScope.CONVERSATIONS_WRITE, call);
    }

    private CountedCaller counted(Call call) {
        return callers.counted(call.request, call.reply, call.context.getLogger());
    }

    private static ApiException noSuchRoute(HttpRequest request) {
        return ApiException.notFound("Invalid URL (" + request.method() + " " + WireText.shown(request.path()) + ")");
    }
}
