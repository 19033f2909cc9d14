package dev.turnpike.remote;

import dev.turnpike.egress.Egress;
import dev.turnpike.schema.SchemaCheck;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolText;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpTransportSessionNotFoundException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One server, spoken to by the protocol's own SDK over [EgressTransport]. It is opened by its first use, shared by
/// all calls, and opened anew when something went wrong.
final class McpConnection {
    private static final ScopedValue<Instant> DEADLINE = ScopedValue.newInstance();
    private static final Duration LONGER_THAN_ANY_CALL = Duration.ofMinutes(15);
    private static final int MOST_PAGES = 20;
    private static final int MOST_OF_A_REFUSAL = 2_000;

    private final Definition.Mcp server;
    private final Supplier<Egress> egress;
    private final Credential credential;
    private final InstantSource clock;
    private @Nullable McpSyncClient open;

    McpConnection(Definition.Mcp server, Supplier<Egress> egress, Credential credential, InstantSource clock) {
        this.server = server;
        this.egress = egress;
        this.credential = credential;
        this.clock = clock;
    }

    /// What the server lists, page after page, up to a limit.
    List<Tool> list(Instant deadline) throws ToolException {
        return asking(deadline, client -> {
            List<Tool> tools = new ArrayList<>();
            @Nullable String cursor = null;
            for (int page = 0; page < MOST_PAGES; page++) {
                ListToolsResult result = client.listTools(cursor);
                tools.addAll(result.tools());
                cursor = result.nextCursor();
                if (cursor == null) {
                    break;
                }
            }
            return tools;
        });
    }

    /// @param arguments JSON text of an object
    /// @return text for the model
    String call(String tool, String arguments, Instant deadline) throws ToolException {
        var request = CallToolRequest.builder(tool)
                .arguments(RemoteJson.MAPPER.convertValue(RemoteJson.object(arguments), Arguments.class))
                .build();
        CallToolResult result = asking(deadline, client -> client.callTool(request));
        String text = credential.hidden(McpOutput.text(result));
        if (Boolean.TRUE.equals(result.isError())) {
            throw new ToolException(ToolText.head(text, MOST_OF_A_REFUSAL));
        }
        return text;
    }

    /// So that the mapper knows what to make of an object.
    private static final class Arguments extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;
    }

    /// A server that has forgotten us has not begun with anything.
    private <T> T asking(Instant deadline, Function<McpSyncClient, T> question) throws ToolException {
        try {
            return ask(deadline, question);
        } catch (McpTransportSessionNotFoundException _) {
            return ask(deadline, question);
        }
    }

    private <T> T ask(Instant deadline, Function<McpSyncClient, T> question) throws ToolException {
        McpSyncClient client = client();
        try {
            return ScopedValue.where(DEADLINE, deadline).call(() -> {
                client.initialize();
                return question.apply(client);
            });
        } catch (McpError refused) {
            throw new ToolException(credential.hidden("its server refused the call: "
                    + ToolText.head(String.valueOf(refused.getMessage()), MOST_OF_A_REFUSAL)));
        } catch (RuntimeException failed) {
            drop(client);
            if (hasForgotten(failed)) {
                throw new McpTransportSessionNotFoundException("the server has forgotten the conversation");
            }
            McpFailure failure = McpFailure.in(failed);
            throw failure == null
                    ? ToolException.outcomeUnknown("its server did not answer as the protocol says")
                    : failure.forTool();
        }
    }

    private static boolean hasForgotten(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof McpTransportSessionNotFoundException) {
                return true;
            }
        }
        return false;
    }

    private synchronized McpSyncClient client() {
        if (open == null) {
            var json = new JacksonMcpJsonMapper(RemoteJson.MAPPER);
            open = McpClient.sync(new EgressTransport(server, egress, credential, json, clock))
                    .clientInfo(Implementation.builder("turnpike", "1").build())
                    .requestTimeout(LONGER_THAN_ANY_CALL)
                    .initializationTimeout(LONGER_THAN_ANY_CALL)
                    .jsonSchemaValidator(new Validator())
                    .transportContextProvider(McpConnection::context)
                    .build();
        }
        return open;
    }

    private static McpTransportContext context() {
        return DEADLINE.isBound()
                ? McpTransportContext.create(Map.of(EgressTransport.DEADLINE, DEADLINE.get()))
                : McpTransportContext.EMPTY;
    }

    private synchronized void drop(McpSyncClient client) {
        if (client.equals(open)) {
            open = null;
        }
    }

    /// Nothing of it may get into a snapshot.
    synchronized void forget() {
        open = null;
    }

    /// Ours, because schemas come from the server and must keep nobody busy for long.
    private static final class Validator implements JsonSchemaValidator {
        @Override
        public ValidationResponse validate(Map<String, Object> schema, Object value) {
            var check = new SchemaCheck(RemoteJson.MAPPER.valueToTree(schema));
            List<String> mistakes = check.mistakes(RemoteJson.MAPPER.valueToTree(value));
            return mistakes.isEmpty()
                    ? ValidationResponse.asValid("")
                    : ValidationResponse.asInvalid(String.join("; ", mistakes));
        }
    }
}
