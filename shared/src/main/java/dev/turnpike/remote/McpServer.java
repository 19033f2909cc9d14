package dev.turnpike.remote;

import dev.turnpike.schema.SchemaCheck;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSource;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The tools of one server. Its listing is kept in the table for everybody and asked for again when it is old, by
/// whoever finds that; while the server does not answer, the last listing counts.
public final class McpServer implements ToolSource {
    static final Duration FRESH = Duration.ofMinutes(10);

    /// How long a server that does not answer is left alone.
    private static final Duration REST = Duration.ofMinutes(1);

    private static final Duration OTHERS_ASK = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_TOOLS = 128;
    private static final int LONGEST_SCHEMA = 16_384;
    private static final int LONGEST_DESCRIPTION = 1_024;

    /// Of all of them together: a row of the table has 400 KB.
    private static final int MOST_CHARS = 100_000;

    private final Definition.Mcp definition;
    private final String key;
    private final ListingStore store;
    private final McpConnection connection;
    private final InstantSource clock;
    private final Consumer<String> warnings;
    private volatile Known known = new Known(List.of(), Map.of(), Instant.MIN);

    McpServer(
            Definition.Mcp definition,
            ListingStore store,
            McpConnection connection,
            InstantSource clock,
            Consumer<String> warnings) {
        this.definition = definition;
        this.key = definition.name() + "#" + Digest.of(definition.url());
        this.store = store;
        this.connection = connection;
        this.clock = clock;
        this.warnings = warnings;
    }

    /// @param withheld why, by the names that tools would have
    /// @param until when it is looked at again
    private record Known(List<Tool<?>> tools, Map<String, String> withheld, Instant until) {
        Known until(Instant later) {
            return new Known(tools, withheld, later);
        }
    }

    public String label() {
        return definition.name();
    }

    @Override
    public List<Tool<?>> tools() {
        return current().tools;
    }

    /// The tools that the server lists and that nobody gets to see, each with the reason.
    public Map<String, String> withheld() {
        return current().withheld;
    }

    /// What is known may not get into a snapshot: it would be old when it is used.
    public void forget() {
        connection.forget();
        known = known.until(Instant.MIN);
    }

    private Known current() {
        Known now = known;
        return clock.instant().isBefore(now.until) ? now : refreshed();
    }

    private synchronized Known refreshed() {
        Instant now = clock.instant();
        if (!now.isBefore(known.until)) {
            known = refreshed(now);
        }
        return known;
    }

    private Known refreshed(Instant now) {
        Optional<ListingStore.Kept> kept = store.find(key);
        if (kept.isPresent() && now.isBefore(kept.get().at().plus(FRESH))) {
            return known(McpListing.of(kept.get().json()), kept.get().at().plus(FRESH));
        }
        Optional<McpListing> old = kept.map(listing -> McpListing.of(listing.json()));
        if (!store.claim(key, now, now.plus(REST))) {
            return old.map(listing -> known(listing, now.plus(OTHERS_ASK)))
                    .orElseGet(() -> known.until(now.plus(OTHERS_ASK)));
        }
        try {
            McpListing listing = listing(connection.list(now.plus(PATIENCE)));
            store.save(key, new ListingStore.Kept(listing.json(), now));
            old.ifPresent(before -> tell(before.changesTo(listing)));
            return known(listing, now.plus(FRESH));
        } catch (ToolException down) {
            warnings.accept("the tools of %s could not be listed: %s".formatted(label(), down.getMessage()));
            return old.map(listing -> known(listing, now.plus(REST))).orElseGet(() -> known.until(now.plus(REST)));
        }
    }

    private void tell(List<String> changes) {
        if (!changes.isEmpty()) {
            warnings.accept("the tools of %s have changed: %s".formatted(label(), String.join(", ", changes)));
        }
    }

    /// As much of what the server says as is worth keeping.
    private static McpListing listing(List<McpSchema.Tool> tools) {
        List<McpListing.Listed> listed = new ArrayList<>();
        for (McpSchema.Tool tool : tools) {
            ObjectNode schema =
                    RemoteJson.MAPPER.valueToTree(tool.inputSchema() == null ? Map.of() : tool.inputSchema());
            // A provider refuses an object without properties, even one that has none to declare.
            if (!schema.has("properties")) {
                schema.putObject("properties");
            }
            McpSchema.@Nullable ToolAnnotations claims = tool.annotations();
            listed.add(new McpListing.Listed(
                    tool.name(),
                    tool.description() == null ? "" : tool.description(),
                    schema.toString(),
                    claims != null && Boolean.TRUE.equals(claims.readOnlyHint())));
        }
        return bounded(listed);
    }

    /// What is too large is kept without its texts, so that it can be said that it is there.
    private static McpListing bounded(List<McpListing.Listed> all) {
        List<McpListing.Listed> kept = new ArrayList<>();
        int chars = 0;
        for (McpListing.Listed tool : all.subList(0, Math.min(all.size(), MOST_TOOLS))) {
            int size = tool.schema().length() + tool.description().length();
            boolean fits = tool.schema().length() <= LONGEST_SCHEMA
                    && tool.description().length() <= 8 * LONGEST_DESCRIPTION
                    && chars + size <= MOST_CHARS;
            if (fits) {
                chars += size;
            }
            String name = tool.name().substring(0, Math.min(tool.name().length(), 200));
            kept.add(fits ? tool : new McpListing.Listed(name, "", "", false));
        }
        return new McpListing(kept);
    }

    private Known known(McpListing listing, Instant until) {
        List<Tool<?>> tools = new ArrayList<>();
        Map<String, String> withheld = new LinkedHashMap<>();
        for (McpListing.Listed tool : listing.tools()) {
            @Nullable String reason = reasonAgainst(tool);
            if (reason == null) {
                tools.add(new McpTool(label(), tool, effect(tool), connection));
            } else {
                withheld.put(McpTool.name(label(), tool.name()), reason);
            }
        }
        return new Known(List.copyOf(tools), withheld, until);
    }

    private @Nullable String reasonAgainst(McpListing.Listed tool) {
        if (!definition.allowed().isEmpty() && !definition.allowed().contains(tool.name())) {
            return "it is not among allowed_tools";
        }
        if (tool.schema().isEmpty()) {
            return "its schema or description is too long, or the server lists too much";
        }
        String pin = definition.pins().get(tool.name());
        if (!definition.pins().isEmpty() && !tool.digest().equals(pin)) {
            return pin == null
                    ? "it is not pinned; its digest is " + tool.digest()
                    : "it has changed: it is pinned to " + pin + " and is now " + tool.digest();
        }
        List<String> mistakes = SchemaCheck.unusable(RemoteJson.MAPPER.readTree(tool.schema()));
        return mistakes.isEmpty() ? null : "its schema can't be used: " + mistakes.getFirst();
    }

    private Effect effect(McpListing.Listed tool) {
        Effect unsaid = definition.trustAnnotations() && tool.readOnly() ? Effect.READ_ONLY : Effect.ONCE;
        return definition.effects().getOrDefault(tool.name(), unsaid);
    }
}
