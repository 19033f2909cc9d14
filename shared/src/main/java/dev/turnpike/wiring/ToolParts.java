package dev.turnpike.wiring;

import dev.turnpike.aws.LambdaFunctions;
import dev.turnpike.aws.StoredSecret;
import dev.turnpike.egress.Egress;
import dev.turnpike.lambda.JsonLog;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.remote.ListingStore;
import dev.turnpike.remote.McpServer;
import dev.turnpike.remote.RemoteTools;
import dev.turnpike.responses.WireJson;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The tools of a deployment: ours, those of jars beside ours, and those that run elsewhere.
final class ToolParts {
    private final GuardedTools tools;
    private final RemoteTools remote;
    private final Map<String, StoredSecret> secrets = new ConcurrentHashMap<>();
    private final AwsClients aws;
    private final InstantSource clock;

    /// @param own those that need nothing from elsewhere
    ToolParts(
            Settings settings,
            AwsClients aws,
            Supplier<Egress> egress,
            List<Tool<?>> own,
            ListingStore listings,
            InstantSource clock) {
        this.aws = aws;
        this.clock = clock;
        this.remote = RemoteTools.of(
                settings.tools().definitions(),
                new RemoteTools.Parts(
                        new LambdaFunctions(aws::lambda, clock),
                        egress,
                        this::key,
                        listings,
                        JsonLog.toStandardOutput(clock)::warn,
                        clock));
        List<Tool<?>> known = new ArrayList<>(own);
        known.addAll(remote.tools());
        this.tools = new GuardedTools(
                ToolRegistry.withInstalled(known, ToolParts.class.getClassLoader())
                        .with(List.copyOf(remote.servers())),
                settings.tools().policy(),
                settings.tools().imageHosts());
    }

    private ProviderKey key(String arn) {
        return secrets.computeIfAbsent(arn, _ -> new StoredSecret(aws::secrets, arn, WireJson.mapper(), clock))
                .key();
    }

    GuardedTools tools() {
        return tools;
    }

    List<McpServer> servers() {
        return remote.servers();
    }

    /// Drops what must not get into a snapshot: secrets, connections, listings.
    void forget() {
        remote.forget();
        secrets.values().forEach(StoredSecret::forget);
    }
}
