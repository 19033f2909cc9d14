package dev.turnpike.files;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;

/// A tool that looks at the conversation's files.
interface ReadingTool<A> extends Tool<A> {
    @Override
    default Kind kind() {
        return Kind.WORKSPACE;
    }

    @Override
    default Effect effect() {
        return Effect.READ_ONLY;
    }
}
