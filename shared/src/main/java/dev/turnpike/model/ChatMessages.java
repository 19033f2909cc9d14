package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Approval;
import dev.turnpike.conversation.Item.ApprovalRequest;
import dev.turnpike.conversation.Item.Compaction;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Reasoning;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import dev.turnpike.json.JsonCursor;
import dev.turnpike.json.MalformedJsonException;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Writes items as the messages of a Chat Completions request, in the order that providers demand: an assistant's text
/// and calls are one message, and each call's result follows at once.
///
/// Providers refuse a whole conversation for one odd item, so what a model once got wrong is made harmless here: a
/// tool's name with other characters, arguments that are no JSON object, a call that was never answered. A result
/// whose call is not among the items is left out.
final class ChatMessages {
    private static final String NO_RESULT = "No result was given for this call.";
    private static final String SUMMARY = "Summary of our conversation up to this point:\n\n";
    private static final String LATEST_REQUEST = "\n\nMy latest request, word for word:\n\n";
    private static final String ATTACHMENTS_FOLLOW = "The result follows in the next message.";
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Za-z0-9_-]");
    private static final int MAX_NAME = 64;

    private final JsonGenerator json;
    private final List<Item> items;

    ChatMessages(JsonGenerator json, List<Item> items) {
        this.json = json;
        this.items = items;
    }

    void write(@Nullable String instructions) {
        json.writeStartArray();
        if (instructions != null) {
            plain("system", instructions);
        }
        int next = 0;
        while (next < items.size()) {
            next = switch (items.get(next)) {
                case Message message when message.role() == Role.ASSISTANT -> assistant(message, next + 1);
                case Message message -> message(message, next + 1);
                case ToolCall _ -> assistant(null, next);
                case Item.Draft draft -> draft(draft, next + 1);
                case Compaction compaction -> compaction(compaction, next + 1);
                case ToolResult _, Reasoning _, ApprovalRequest _, Approval _ -> next + 1;
            };
        }
        json.writeEndArray();
    }

    /// What the model wrote, and what is wrong with it.
    private int draft(Item.Draft draft, int next) {
        if (!draft.text().isEmpty()) {
            plain("assistant", draft.text());
        }
        if (!draft.mistakes().isEmpty()) {
            plain("user", draft.mistakes());
        }
        return next;
    }

    private int message(Message message, int next) {
        json.writeStartObject();
        json.writeStringProperty("role", message.role() == Role.USER ? "user" : "system");
        name(message);
        json.writeName("content");
        if (message.parts().stream().anyMatch(Part::isAttachment)
                || message.parts().size() > 1) {
            json.writeStartArray();
            message.parts().forEach(this::part);
            json.writeEndArray();
        } else {
            json.writeString(ModelText.wellFormed(plainText(message)));
        }
        json.writeEndObject();
        return next;
    }

    /// It comes in the caller's voice: what the conversation held must not gain the weight of instructions.
    private int compaction(Compaction compaction, int next) {
        String latest = compaction.latestRequest();
        boolean follows = items.subList(next, items.size()).stream()
                .anyMatch(item -> item instanceof Message message
                        && message.role() == Role.USER
                        && message.text().equals(latest));
        String request = latest.isEmpty() || follows ? "" : LATEST_REQUEST + latest;
        plain("user", SUMMARY + compaction.summary() + request);
        return next;
    }

    private void part(Part part) {
        switch (part) {
            case Part.Text(String text) -> textPart(text);
            case Part.Refusal(String text) -> textPart(text);
            case Part.Image(String url, var detail) -> imagePart(url, detail);
            case Part.Video(String url) -> videoPart(url);
            case Part.File file when file.isPdf() -> pdfPart(file);
            case Part.File file -> textPart("File " + file.name() + ":\n\n" + file.text());
        }
    }

    private void textPart(String text) {
        json.writeStartObject().writeStringProperty("type", "text");
        json.writeStringProperty("text", ModelText.wellFormed(text));
        json.writeEndObject();
    }

    private void imagePart(String url, @Nullable String detail) {
        json.writeStartObject().writeStringProperty("type", "image_url");
        json.writeName("image_url").writeStartObject();
        json.writeStringProperty("url", ModelText.wellFormed(url));
        if (detail != null) {
            json.writeStringProperty("detail", ModelText.wellFormed(detail));
        }
        json.writeEndObject().writeEndObject();
    }

    /// OpenAI has no such part. Sources: the documentation of vLLM and of OpenRouter, 2026.
    private void videoPart(String url) {
        json.writeStartObject().writeStringProperty("type", "video_url");
        json.writeName("video_url").writeStartObject();
        json.writeStringProperty("url", ModelText.wellFormed(url));
        json.writeEndObject().writeEndObject();
    }

    private void pdfPart(Part.File pdf) {
        json.writeStartObject().writeStringProperty("type", "file");
        json.writeName("file").writeStartObject();
        json.writeStringProperty("filename", ModelText.wellFormed(pdf.name()));
        json.writeStringProperty("file_data", "data:application/pdf;base64," + pdf.base64());
        json.writeEndObject().writeEndObject();
    }

    private void name(Message message) {
        if (message.name() != null) {
            json.writeStringProperty("name", ModelText.wellFormed(message.name()));
        }
    }

    /// Writes the text, the calls from there on, and their results. Returns where the next message begins.
    ///
    /// @param message null for calls without a text
    private int assistant(@Nullable Message message, int from) {
        String text = message == null ? "" : plainText(message);
        int to = from;
        while (to < items.size() && (items.get(to) instanceof ToolCall || items.get(to) instanceof Reasoning)) {
            to++;
        }
        int[] calls = IntStream.range(from, to)
                .filter(i -> items.get(i) instanceof ToolCall)
                .toArray();
        if (text.isEmpty() && calls.length == 0) {
            return to;
        }
        json.writeStartObject().writeStringProperty("role", "assistant");
        if (message != null) {
            name(message);
        }
        if (text.isEmpty()) {
            json.writeName("content").writeNull();
        } else {
            json.writeStringProperty("content", ModelText.wellFormed(text));
        }
        if (calls.length > 0) {
            json.writeName("tool_calls").writeStartArray();
            for (int call : calls) {
                call((ToolCall) items.get(call));
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        for (int call : calls) {
            result(call);
        }
        attachments(calls);
        return to;
    }

    private void call(ToolCall call) {
        json.writeStartObject();
        json.writeStringProperty("id", ModelText.wellFormed(call.callId()));
        json.writeStringProperty("type", "function");
        json.writeName("function").writeStartObject();
        json.writeStringProperty("name", sendableName(call.name()));
        json.writeStringProperty("arguments", sendableArguments(ModelText.wellFormed(call.arguments())));
        json.writeEndObject().writeEndObject();
    }

    private void result(int callIndex) {
        String callId = ((ToolCall) items.get(callIndex)).callId();
        json.writeStartObject().writeStringProperty("role", "tool");
        json.writeStringProperty("tool_call_id", ModelText.wellFormed(callId));
        json.writeStringProperty("content", ModelText.wellFormed(told(resultOf(callIndex))));
        json.writeEndObject();
    }

    private static String told(@Nullable ToolResult result) {
        if (result == null) {
            return NO_RESULT;
        }
        boolean onlyAttachments =
                result.output().isEmpty() && result.parts().stream().anyMatch(Part::isAttachment);
        return onlyAttachments ? ATTACHMENTS_FOLLOW : result.output();
    }

    /// What tools gave beside text, in one message right after all results: providers take a tool's result as text
    /// only,
    /// and no other message between them.
    private void attachments(int[] calls) {
        boolean begun = false;
        for (int call : calls) {
            ToolResult result = resultOf(call);
            List<Part> attachments = result == null
                    ? List.of()
                    : result.parts().stream().filter(Part::isAttachment).toList();
            if (!attachments.isEmpty()) {
                if (!begun) {
                    json.writeStartObject().writeStringProperty("role", "user");
                    json.writeName("content").writeStartArray();
                    begun = true;
                }
                var asked = (ToolCall) items.get(call);
                textPart("The result of " + asked.name() + " (" + asked.callId() + ") has:");
                attachments.forEach(this::part);
            }
        }
        if (begun) {
            json.writeEndArray().writeEndObject();
        }
    }

    /// Some providers give the calls of every turn the same ids: a later call of the same id owns what follows it.
    private @Nullable ToolResult resultOf(int callIndex) {
        String callId = ((ToolCall) items.get(callIndex)).callId();
        for (Item item : items.subList(callIndex + 1, items.size())) {
            if (item instanceof ToolResult result && result.callId().equals(callId)) {
                return result;
            }
            if (item instanceof ToolCall call && call.callId().equals(callId)) {
                return null;
            }
        }
        return null;
    }

    private void plain(String role, String text) {
        json.writeStartObject();
        json.writeStringProperty("role", role);
        json.writeStringProperty("content", ModelText.wellFormed(text));
        json.writeEndObject();
    }

    private static String plainText(Message message) {
        var text = new StringBuilder();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text(String words) -> text.append(words);
                case Part.Refusal(String words) -> text.append(words);
                case Part.Image _, Part.Video _, Part.File _ -> {}
            }
        }
        return text.toString();
    }

    private static String sendableName(String name) {
        String clean = NOT_IN_NAMES.matcher(name).replaceAll("_");
        return clean.substring(0, Math.min(clean.length(), MAX_NAME));
    }

    /// The model still sees what it wrote.
    private static String sendableArguments(String arguments) {
        if (isObject(arguments)) {
            return arguments;
        }
        var wrapped = new StringWriter();
        try (JsonGenerator out = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), wrapped)) {
            out.writeStartObject()
                    .writeStringProperty("malformed_arguments", arguments)
                    .writeEndObject();
        }
        return wrapped.toString();
    }

    private static boolean isObject(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        var json = new JsonCursor();
        try {
            json.begin(bytes, 0, bytes.length);
            json.skip();
            json.end();
            return true;
        } catch (MalformedJsonException _) {
            return false;
        }
    }
}
