package dev.turnpike.remote;

import dev.turnpike.egress.Egress;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.tool.FunctionInvoker;
import dev.turnpike.tool.Tool;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the operator has defined, ready to be called. Nothing is opened or asked before it is used.
///
/// @param tools those that are known without asking anybody
/// @param servers those that list their own
public record RemoteTools(List<Tool<?>> tools, List<McpServer> servers) {
    public RemoteTools {
        tools = List.copyOf(tools);
        servers = List.copyOf(servers);
    }

    /// What they are made of.
    ///
    /// @param keys a secret, by its ARN
    /// @param warnings are told what an operator should look at
    public record Parts(
            FunctionInvoker functions,
            Supplier<Egress> egress,
            Function<String, ProviderKey> keys,
            ListingStore listings,
            Consumer<String> warnings,
            InstantSource clock) {}

    public static RemoteTools of(List<Definition> definitions, Parts parts) {
        List<Tool<?>> tools = new ArrayList<>();
        List<McpServer> servers = new ArrayList<>();
        for (Definition definition : definitions) {
            switch (definition) {
                case Definition.Lambda lambda -> tools.add(new LambdaTool(lambda, parts.functions, parts.clock));
                case Definition.Http http -> {
                    Credential credential = Credential.of(http.secret(), parts.keys);
                    tools.add(new HttpTool(http, parts.egress, credential, parts.clock));
                }
                case Definition.Mcp mcp -> servers.add(server(mcp, parts));
            }
        }
        return new RemoteTools(tools, servers);
    }

    private static McpServer server(Definition.Mcp mcp, Parts parts) {
        Credential credential = Credential.of(mcp.secret(), parts.keys);
        var connection = new McpConnection(mcp, parts.egress, credential, parts.clock);
        return new McpServer(mcp, parts.listings, connection, parts.clock, parts.warnings);
    }

    /// Drops what must not get into a snapshot.
    public void forget() {
        servers.forEach(McpServer::forget);
    }
}
