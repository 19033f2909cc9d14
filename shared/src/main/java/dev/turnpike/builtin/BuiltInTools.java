package dev.turnpike.builtin;

import dev.turnpike.tool.Tool;
import java.time.InstantSource;
import java.util.List;

/// The tools that come with Turnpike and need nothing but a clock and the conversation's notes.
public final class BuiltInTools {
    private BuiltInTools() {}

    /// `current_time`, `calculate`, `remember` and `recall`.
    public static List<Tool<?>> all(NoteStore notes, InstantSource clock) {
        return List.of(new CurrentTime(clock), new Calculate(), new Remember(notes), new Recall(notes));
    }
}
