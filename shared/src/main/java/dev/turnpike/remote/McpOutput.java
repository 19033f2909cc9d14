package dev.turnpike.remote;

import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;

/// What a server answers, as text for a model: texts as they are, structured content as JSON, and for the rest what
/// it is.
final class McpOutput {
    private McpOutput() {}

    static String text(CallToolResult result) {
        List<String> parts = new ArrayList<>();
        List<Content> contents = result.content() == null ? List.of() : result.content();
        contents.forEach(content -> parts.add(text(content)));
        if (result.structuredContent() != null) {
            String json = RemoteJson.MAPPER.writeValueAsString(result.structuredContent());
            // Servers are asked to give the same as text, for those who do not know structured content.
            if (parts.stream().noneMatch(part -> sameJson(part, json))) {
                parts.add(json);
            }
        }
        return String.join("\n", parts);
    }

    private static boolean sameJson(String text, String json) {
        try {
            return text.startsWith("{") && RemoteJson.MAPPER.readTree(text).equals(RemoteJson.MAPPER.readTree(json));
        } catch (JacksonException _) {
            return false;
        }
    }

    /// The SDK's type is open: a later version may bring another kind.
    private static String text(Content content) {
        return switch (content) {
            case TextContent text -> text.text();
            case ImageContent image -> media("image", image.mimeType(), image.data());
            case AudioContent audio -> media("audio", audio.mimeType(), audio.data());
            case ResourceLink link -> "[resource " + link.uri() + ": " + link.name() + "]";
            case EmbeddedResource embedded
            when embedded.resource() instanceof TextResourceContents text ->
                "[resource " + text.uri() + "]\n" + text.text();
            case EmbeddedResource embedded -> "[resource " + embedded.resource().uri() + ", not text]";
            default -> "[content that is not known here]";
        };
    }

    private static String media(String what, String type, String base64) {
        return "[%s, %s, about %,d bytes, not shown]".formatted(what, type, base64.length() * 3L / 4);
    }
}
