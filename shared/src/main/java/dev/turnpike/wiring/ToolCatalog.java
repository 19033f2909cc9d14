package dev.turnpike.wiring;

import dev.turnpike.aws.DynamoNoteStore;
import dev.turnpike.aws.DynamoWorkspaceStore;
import dev.turnpike.policy.Decision;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.remote.Definition;
import dev.turnpike.remote.ListingStore;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.workspace.Workspaces;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The tools that some settings make, as an operator wants to see them. Servers are asked for theirs now.
///
/// @param withheld why, by the names of tools that nobody gets to see
public record ToolCatalog(List<Entry> tools, Map<String, String> withheld) {
    private static final ToolContext NOBODYS = new ToolContext("", "", "", "", "", Instant.EPOCH);

    /// @param approval `allow`, `ask` or `deny`, or `by arguments` where it depends on them
    /// @param from where it runs, or who lists it
    /// @param bound what an approval of a call holds for beside its arguments; a digest of tools that run elsewhere
    /// @param offered whether models are shown it when nothing narrows the tools
    /// @param schema JSON Schema of its arguments, as text
    public record Entry(
            String name,
            Kind kind,
            Effect effect,
            String approval,
            String from,
            String bound,
            boolean offered,
            String description,
            String schema) {}

    /// @param environment what the functions would find; what only they need may be missing
    /// @throws SettingsException a setting is malformed
    public static ToolCatalog of(Map<String, String> environment) {
        Map<String, String> whole = new HashMap<>();
        for (Variable variable : Variable.values()) {
            if (variable.required()) {
                whole.put(variable.name(), variable.name().endsWith("_URL") ? "https://nowhere.invalid" : "none");
            }
        }
        whole.put(Variable.AWS_REGION.name(), "us-east-1");
        whole.putAll(environment);
        Settings settings = Settings.from(whole);
        ToolParts parts = parts(settings);
        List<Entry> entries = new ArrayList<>();
        for (String name : parts.tools().registry().names()) {
            parts.tools().registry().find(name).ifPresent(tool -> entries.add(entry(tool, parts.tools(), settings)));
        }
        Map<String, String> withheld = new TreeMap<>();
        parts.servers().forEach(server -> withheld.putAll(server.withheld()));
        return new ToolCatalog(entries, withheld);
    }

    private static ToolParts parts(Settings settings) {
        InstantSource clock = InstantSource.system();
        var aws = new AwsClients(settings.aws());
        String table = settings.resources().tableName();
        var notes = new DynamoNoteStore(
                aws.dynamo(), table, clock, settings.limits().conversationTtl());
        var workspaces = new Workspaces(
                new DynamoWorkspaceStore(aws.dynamo(), table, clock),
                settings.limits().workspaces());
        return new ToolParts(
                settings,
                aws,
                Links.egress(settings.media()),
                ShippedTools.all(settings, aws, notes, workspaces, clock),
                new NoListings(),
                clock);
    }

    private static Entry entry(Tool<?> tool, GuardedTools tools, Settings settings) {
        boolean elsewhere = tool.kind() == Kind.LAMBDA || tool.kind() == Kind.HTTP || tool.kind() == Kind.MCP;
        return new Entry(
                tool.name(),
                tool.kind(),
                tool.effect(),
                tools.always(tool.name()).map(ToolCatalog::word).orElse("by arguments"),
                from(tool, settings.tools().definitions()),
                elsewhere ? tool.boundTo(NOBODYS) : "",
                tool.offered() && settings.tools().offered().matches(tool.name()),
                tool.description(),
                tool.arguments().json());
    }

    private static String word(Decision decision) {
        return decision.name().toLowerCase(Locale.ROOT);
    }

    private static String from(Tool<?> tool, List<Definition> definitions) {
        return switch (tool.kind()) {
            case BUILT_IN, WORKSPACE, SANDBOX -> "turnpike";
            case JAVA -> tool.getClass().getName();
            case LAMBDA, HTTP, MCP ->
                definitions.stream()
                        .filter(each ->
                                tool.name().equals(each.name()) || tool.name().startsWith(each.name() + "__"))
                        .map(ToolCatalog::place)
                        .findFirst()
                        .orElse("");
        };
    }

    private static String place(Definition definition) {
        return switch (definition) {
            case Definition.Lambda lambda -> lambda.function();
            case Definition.Http http -> http.method() + " " + http.url();
            case Definition.Mcp mcp -> mcp.url();
        };
    }

    /// An operator wants to know what servers say now, and leaves nothing in the table.
    private static final class NoListings implements ListingStore {
        @Override
        public Optional<Kept> find(String server) {
            return Optional.empty();
        }

        @Override
        public boolean claim(String server, Instant now, Instant until) {
            return true;
        }

        @Override
        public void save(String server, Kept listing) {
            // Nobody comes back for it.
        }
    }
}
