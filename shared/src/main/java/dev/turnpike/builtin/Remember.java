package dev.turnpike.builtin;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import java.util.Set;

/// Keeps a note with the conversation, where it outlives the model's window.
final class Remember implements Tool<Remember.Arguments> {
    private static final int MAX_NAME_CHARS = 64;
    private static final int MAX_TEXT_CHARS = 4_000;
    private static final int MAX_NOTES = 100;

    private final NoteStore notes;

    Remember(NoteStore notes) {
        this.notes = notes;
    }

    record Arguments(
            @Describe("short name of the note; a note of that name is replaced")
            String name,

            @Describe("what to remember, at most 4000 characters")
            String text) {}

    @Override
    public String name() {
        return "remember";
    }

    @Override
    public String description() {
        return "Keeps a note for the rest of this conversation, even when older messages are no longer visible.";
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
        return Effect.REPEATABLE;
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        String name = checkedName(arguments.name());
        String text = ToolText.wellFormed(arguments.text());
        if (text.length() > MAX_TEXT_CHARS) {
            throw new ToolException("the text has %,d characters, at most %,d are kept; shorten it or split it"
                    .formatted(text.length(), MAX_TEXT_CHARS));
        }
        Set<String> taken = notes.all(context.tenant(), context.conversation()).keySet();
        if (taken.size() >= MAX_NOTES && !taken.contains(name)) {
            throw new ToolException("there are %d notes already; replace one of them".formatted(MAX_NOTES));
        }
        notes.put(context.tenant(), context.conversation(), name, text);
        return "Remembered \"" + name + "\".";
    }

    private static String checkedName(String given) throws ToolException {
        String name = ToolText.wellFormed(given).strip();
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS || name.chars().anyMatch(Character::isISOControl)) {
            throw new ToolException("a note's name is one line of 1 to %d characters".formatted(MAX_NAME_CHARS));
        }
        return name;
    }
}
