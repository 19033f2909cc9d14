package dev.turnpike.patch;

import dev.turnpike.tool.ToolException;
import java.util.List;

/// A change of one or more files.
public record Patch(List<FilePatch> files) {
    private static final int MOST_FILES = 500;

    public Patch {
        files = List.copyOf(files);
    }

    /// Reads a unified diff, or an envelope that begins with `*** Begin Patch`.
    ///
    /// @throws ToolException it is neither; in words for whoever wrote it
    public static Patch read(String text) throws ToolException {
        List<String> lines = text.lines().toList();
        boolean envelope = lines.stream().anyMatch(line -> line.strip().equals(EnvelopeReader.BEGIN));
        List<FilePatch> files = envelope ? new EnvelopeReader(lines).read() : new DiffReader(lines).read();
        if (files.isEmpty()) {
            throw new ToolException("there is no change in it. Send a unified diff (--- a/path, +++ b/path, @@ ... @@),"
                    + " or an envelope between *** Begin Patch and *** End Patch");
        }
        if (files.size() > MOST_FILES) {
            throw new ToolException("it changes more than %d files; split it".formatted(MOST_FILES));
        }
        return new Patch(files);
    }
}
