package dev.turnpike.remote;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;

/// A tool of a server that speaks the Model Context Protocol.
final class McpTool implements Tool<String> {
    private static final int LONGEST_NAME = 64;
    private static final int HASH_CHARS = 8;
    private static final int LONGEST_DESCRIPTION = 1_024;

    private final String name;
    private final McpListing.Listed listed;
    private final ToolSchema<String> schema;
    private final Effect effect;
    private final McpConnection connection;

    McpTool(String label, McpListing.Listed listed, Effect effect, McpConnection connection) {
        this.name = name(label, listed.name());
        this.listed = listed;
        this.schema = ToolSchema.given(listed.schema());
        this.effect = effect;
        this.connection = connection;
    }

    /// `<label>__<tool>`; what is too long, or has other characters than a tool's name may have, ends in a hash.
    static String name(String label, String tool) {
        String plain = tool.replaceAll("[^A-Za-z0-9_-]", "_");
        String name = label + "__" + plain;
        if (plain.equals(tool) && name.length() <= LONGEST_NAME) {
            return name;
        }
        String hash = "_" + Digest.of(tool).substring(0, HASH_CHARS);
        return name.substring(0, Math.min(name.length(), LONGEST_NAME - hash.length())) + hash;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        // Providers take no longer ones. The digest is of all of it.
        return ToolText.head(listed.description(), LONGEST_DESCRIPTION);
    }

    @Override
    public ToolSchema<String> arguments() {
        return schema;
    }

    @Override
    public Effect effect() {
        return effect;
    }

    @Override
    public Kind kind() {
        return Kind.MCP;
    }

    /// Whoever allowed a call has allowed what the tool said of itself then.
    @Override
    public String boundTo(ToolContext context) {
        return listed.digest();
    }

    @Override
    public String call(String arguments, ToolContext context) throws ToolException {
        return connection.call(listed.name(), arguments, context.deadline());
    }
}
