package dev.turnpike.workspace;

import dev.turnpike.tool.ToolException;
import java.util.List;
import java.util.stream.Collectors;

/// What became of a wanted change of a workspace.
public sealed interface Applied {
    /// @param revision that was made by it, now or by an earlier attempt
    record Done(long revision) implements Applied {}

    /// Everything was as wanted before; there is no revision of it.
    ///
    /// @param revision the newest
    record Unchanged(long revision) implements Applied {}

    /// Somebody else has changed these files meanwhile; nothing was written.
    ///
    /// @param revision the newest
    /// @param paths none when nothing but too many changes at once was in the way
    record Conflict(long revision, List<WorkspacePath> paths) implements Applied {
        public Conflict {
            paths = List.copyOf(paths);
        }

        public String words() {
            return paths.isEmpty()
                    ? "the workspace is being changed too often at the moment; nothing was written, try again"
                    : "changed meanwhile, in revision %d at the latest, and so nothing was written: %s"
                            .formatted(
                                    revision,
                                    paths.stream()
                                            .map(WorkspacePath::toString)
                                            .limit(20)
                                            .collect(Collectors.joining(", ")));
        }
    }

    /// More than a workspace holds, or a file where a folder is; nothing was written.
    ///
    /// @param why in words for whoever wanted it
    record Refused(String why) implements Applied {}

    /// The conversation is there no more, or the run has ended; nothing was written.
    record Gone() implements Applied {}

    /// The revision in which all is as wanted.
    ///
    /// @throws ToolException why there is none
    default long orThrow() throws ToolException {
        return switch (this) {
            case Done(long revision) -> revision;
            case Unchanged(long revision) -> revision;
            case Conflict conflict -> throw new ToolException(conflict.words());
            case Refused(String why) -> throw new ToolException(why);
            case Gone() -> throw new ToolException("the run or its conversation has ended; nothing was written");
        };
    }
}
