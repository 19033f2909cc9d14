package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressException;
import dev.turnpike.egress.WebAnswer;
import dev.turnpike.egress.WebRequest;
import dev.turnpike.sse.SseReader;
import dev.turnpike.tool.ToolException;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpTransportSessionNotFoundException;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/// Streamable HTTP by the rules of [Egress]: each message is a POST of its own, to an address that was checked, on
/// the calling thread, and its answers come back as JSON or as events. The stream on which a server may speak unasked
/// is not opened: nobody would be there to hear it.
///
/// Source: Model Context Protocol 2025-06-18, transports.
final class EgressTransport implements McpClientTransport {
    /// In the transport's context: until when the caller waits.
    static final String DEADLINE = "deadline";

    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final String SESSION = "Mcp-Session-Id";
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Definition.Mcp server;
    private final Supplier<Egress> egress;
    private final Credential credential;
    private final McpJsonMapper json;
    private final InstantSource clock;
    private volatile @Nullable String session;
    private volatile Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> receiver = message -> message;

    EgressTransport(
            Definition.Mcp server,
            Supplier<Egress> egress,
            Credential credential,
            McpJsonMapper json,
            InstantSource clock) {
        this.server = server;
        this.egress = egress;
        this.credential = credential;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public List<String> protocolVersions() {
        return List.of(
                ProtocolVersions.MCP_2025_03_26, ProtocolVersions.MCP_2025_06_18, ProtocolVersions.MCP_2025_11_25);
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        receiver = handler;
        return Mono.empty();
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.deferContextual(context -> Mono.fromRunnable(() -> send(message, context)));
    }

    private void send(JSONRPCMessage message, ContextView context) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        context.<String>getOrEmpty(McpAsyncClient.NEGOTIATED_PROTOCOL_VERSION)
                .ifPresent(version -> headers.put("MCP-Protocol-Version", version));
        Duration time = Remaining.of(deadline(context), server.timeout(), clock);
        try {
            String body = json.writeValueAsString(message);
            int status = post(body, headers, time, message);
            if (status == 401 && credential.renewed()) {
                status = post(body, headers, time, message);
            }
            if (status == 404 && session != null) {
                throw new McpTransportSessionNotFoundException("the server has forgotten the conversation");
            }
            if (status >= 300) {
                throw new McpFailure("its server refused with status " + status, status >= 500);
            }
        } catch (EgressException failed) {
            throw new McpFailure("its server gave no answer: " + failed.getMessage(), failed.asked());
        } catch (ToolException refused) {
            throw new McpFailure(String.valueOf(refused.getMessage()), false);
        } catch (IOException | IllegalArgumentException _) {
            throw new McpFailure("its server can't be asked this", false);
        }
    }

    private Instant deadline(ContextView context) {
        return context.<McpTransportContext>getOrEmpty(McpTransportContext.KEY)
                .map(transport -> transport.get(DEADLINE) instanceof Instant until ? until : null)
                .orElseGet(() -> clock.instant().plus(server.timeout()));
    }

    /// @return the status
    private int post(String body, Map<String, String> headers, Duration time, JSONRPCMessage message)
            throws EgressException, ToolException {
        Map<String, String> all = new HashMap<>(headers);
        if (session != null) {
            all.put(SESSION, session);
        }
        all.putAll(credential.headers());
        return egress.get().ask(new WebRequest("POST", server.url(), all, body), time, answer -> {
            if (answer.status() >= 200 && answer.status() < 300) {
                answer.header(SESSION).ifPresent(given -> session = given);
                receive(answer, message);
            }
            return answer.status();
        });
    }

    private void receive(WebAnswer answer, JSONRPCMessage message) throws IOException {
        String type = answer.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        InputStream body = new Bounded(answer.body(), MOST_BYTES);
        if (type.startsWith("text/event-stream")) {
            var events = new SseReader(body);
            boolean answered = false;
            while (!answered && events.next()) {
                answered = take(events.data(), message);
            }
        } else if (type.startsWith("application/json")) {
            var _ = take(new String(body.readAllBytes(), UTF_8), message);
        }
    }

    /// @return whether it answers the message; what comes after is not waited for
    private boolean take(String text, JSONRPCMessage message) throws IOException {
        if (text.isBlank()) {
            return false;
        }
        JSONRPCMessage received = McpSchema.deserializeJsonRpcMessage(json, text);
        boolean answers = received instanceof JSONRPCResponse response
                && message instanceof JSONRPCRequest request
                && String.valueOf(request.id()).equals(String.valueOf(response.id()));
        if (answers) {
            // Nothing else is listened to: what a server says by itself would have the SDK ask it, again and again.
            receiver.apply(Mono.just(received)).subscribe(_ -> {}, _ -> {});
        }
        return answers;
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return json.convertValue(data, type);
    }

    /// Tells the server that nobody comes back. Whether it hears that is its own affair.
    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(() -> {
            String left = session;
            session = null;
            if (left != null) {
                try {
                    Map<String, String> headers = new HashMap<>(credential.headers());
                    headers.put(SESSION, left);
                    var _ = egress.get()
                            .ask(new WebRequest("DELETE", server.url(), headers, null), FAREWELL, WebAnswer::status);
                } catch (EgressException | ToolException | IllegalArgumentException _) {
                    // As said above.
                }
            }
        });
    }
}
