package dev.turnpike.wiring;

import dev.turnpike.aws.DynamoWorkspaceStore;
import dev.turnpike.aws.LambdaFunctions;
import dev.turnpike.sandbox.FunctionSandbox;
import dev.turnpike.sandbox.SandboxTools;
import dev.turnpike.sandbox.SandboxWork;
import dev.turnpike.tool.Tool;
import dev.turnpike.workspace.Workspaces;
import java.time.InstantSource;
import java.util.List;

/// The tools that run commands, where a deployment has a function for them.
final class SandboxParts {
    private SandboxParts() {}

    /// Opens nothing: the client of Lambda is made by the first call.
    static List<Tool<?>> tools(Settings settings, AwsClients aws, InstantSource clock) {
        return settings.resources()
                .sandboxFunction()
                .map(function -> {
                    var sandbox = new FunctionSandbox(new LambdaFunctions(aws::lambda, clock), function);
                    var store = new DynamoWorkspaceStore(
                            aws.dynamo(), settings.resources().tableName(), clock);
                    var workspaces = new Workspaces(store, settings.limits().workspaces());
                    return SandboxTools.all(new SandboxWork(sandbox, store, workspaces, clock));
                })
                .orElse(List.of());
    }
}
