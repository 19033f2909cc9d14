package dev.turnpike.remote;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The tools that a server has listed, as it names and describes them.
record McpListing(List<Listed> tools) {
    /// @param schema JSON Schema of the arguments, as text
    /// @param readOnly whether it calls itself read-only, which is no more than a claim
    record Listed(String name, String description, String schema, boolean readOnly) {
        /// Of all that a model and a person go by.
        String digest() {
            return Digest.of(name, description, schema, readOnly ? "read-only" : "");
        }
    }

    McpListing {
        tools = List.copyOf(tools);
    }

    String json() {
        ArrayNode list = RemoteJson.MAPPER.createArrayNode();
        tools.forEach(tool -> list.addObject()
                .put("name", tool.name)
                .put("description", tool.description)
                .put("schema", tool.schema)
                .put("read_only", tool.readOnly));
        return list.toString();
    }

    static McpListing of(String json) {
        List<Listed> tools = new ArrayList<>();
        for (JsonNode tool : RemoteJson.MAPPER.readTree(json)) {
            tools.add(new Listed(
                    tool.path("name").asString(),
                    tool.path("description").asString(),
                    tool.path("schema").asString(),
                    tool.path("read_only").asBoolean()));
        }
        return new McpListing(tools);
    }

    /// What is different now, a phrase for each tool.
    List<String> changesTo(McpListing now) {
        Map<String, String> before = digests();
        Map<String, String> after = now.digests();
        List<String> changes = new ArrayList<>();
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            if (!after.containsKey(name)) {
                changes.add(name + " is gone");
            } else if (!before.containsKey(name)) {
                changes.add(name + " is new");
            } else if (!after.getOrDefault(name, "").equals(before.get(name))) {
                changes.add(name + " has changed");
            }
        }
        return changes;
    }

    private Map<String, String> digests() {
        Map<String, String> digests = new LinkedHashMap<>();
        tools.forEach(tool -> digests.put(tool.name, tool.digest()));
        return digests;
    }
}
