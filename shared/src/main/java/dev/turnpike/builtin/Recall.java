package dev.turnpike.builtin;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads what [Remember] kept.
final class Recall implements Tool<Recall.Arguments> {
    private final NoteStore notes;

    Recall(NoteStore notes) {
        this.notes = notes;
    }

    record Arguments(
            @Describe("name of the note; leave out to read all notes") @Nullable
            String name) {}

    @Override
    public String name() {
        return "recall";
    }

    @Override
    public String description() {
        return "Reads one note, or all notes, that were kept with remember in this conversation.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public Kind kind() {
        return Kind.BUILT_IN;
    }

    @Override
    public Effect effect() {
        return Effect.READ_ONLY;
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        String name = arguments.name();
        if (name == null || name.isBlank()) {
            return listed(notes.all(context.tenant(), context.conversation()));
        }
        return notes.find(context.tenant(), context.conversation(), name.strip())
                .orElseThrow(() -> absent(name, context));
    }

    private ToolException absent(String name, ToolContext context) {
        Map<String, String> all = notes.all(context.tenant(), context.conversation());
        String kept = all.isEmpty() ? "there are no notes yet" : "notes: " + String.join(", ", all.keySet());
        return new ToolException("no note is called \"%s\"; %s".formatted(ToolText.head(name, 64), kept));
    }

    private static String listed(Map<String, String> notes) {
        return notes.isEmpty()
                ? "There are no notes yet."
                : notes.entrySet().stream()
                        .map(note -> note.getKey() + ": " + note.getValue())
                        .collect(Collectors.joining("\n"));
    }
}
