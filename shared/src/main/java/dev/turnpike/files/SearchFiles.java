package dev.turnpike.files;

import dev.turnpike.patch.TextLines;
import dev.turnpike.schema.Looks;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Finds lines.
record SearchFiles(FileAccess files) implements ReadingTool<SearchFiles.Arguments> {
    private static final int MOST_LOOKS = 200_000_000;
    private static final int MOST_PATTERN_CHARS = 1_000;
    private static final int MOST_FOUND = 200;
    private static final int MOST_CONTEXT = 10;
    private static final int MOST_LINE_CHARS = 300;

    record Arguments(
            @Describe("regular expression that a line contains")
            String pattern,

            @Describe("which files, such as *.py or src/**/*.java; all if not given") @Nullable
            String glob,

            @Describe("true to take upper and lower case for the same") @Nullable
            Boolean ignore_case,

            @Describe("how many lines to show before and after each, 0 to 10") @Nullable
            Integer context) {}

    @Override
    public String name() {
        return "search_files";
    }

    @Override
    public String description() {
        return "Finds the lines of the workspace's files that contain a regular expression.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        Search search = new Search(pattern(arguments), context(arguments.context()));
        Workspace workspace = files.load(context);
        Map<WorkspacePath, FileEntry> chosen = new LinkedHashMap<>();
        Glob glob = Glob.of(arguments.glob());
        for (Map.Entry<WorkspacePath, FileEntry> file : workspace.files().entrySet()) {
            if (!file.getKey().inGit() && glob.matches(file.getKey())) {
                chosen.put(file.getKey(), file.getValue());
            }
        }
        Map<String, FileContent> contents = files.workspaces().contents(workspace.key(), chosen.values());
        chosen.forEach((path, file) -> {
            FileContent content = contents.get(file.hash());
            if (content != null) {
                search.file(path, content.bytes());
            }
        });
        return search.told(chosen.size());
    }

    private static Pattern pattern(Arguments arguments) throws ToolException {
        String pattern = arguments.pattern();
        if (pattern.isEmpty() || pattern.length() > MOST_PATTERN_CHARS) {
            throw new ToolException("a pattern has 1 to %,d characters".formatted(MOST_PATTERN_CHARS));
        }
        try {
            int flags =
                    Boolean.TRUE.equals(arguments.ignore_case()) ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
            return Pattern.compile(pattern, flags);
        } catch (PatternSyntaxException e) {
            throw new ToolException("the pattern is no regular expression: " + e.getDescription());
        } catch (StackOverflowError _) {
            throw new ToolException("the pattern is nested too deep");
        }
    }

    private static int context(@Nullable Integer wanted) throws ToolException {
        if (wanted != null && (wanted < 0 || wanted > MOST_CONTEXT)) {
            throw new ToolException("context is 0 to %d".formatted(MOST_CONTEXT));
        }
        return wanted == null ? 0 : wanted;
    }

    /// What was found so far.
    private static final class Search {
        private final Pattern pattern;
        private final int context;
        private final Looks looks = new Looks(MOST_LOOKS);
        private final StringBuilder lines = new StringBuilder();
        private int found;
        private boolean givenUp;

        Search(Pattern pattern, int context) {
            this.pattern = pattern;
            this.context = context;
        }

        void file(WorkspacePath path, byte[] bytes) {
            if (givenUp || found >= MOST_FOUND || TextEncoding.isBinary(bytes)) {
                return;
            }
            try {
                List<String> texts =
                        TextLines.of(TextEncoding.UTF_8.text(bytes)).texts();
                List<Integer> hits = new ArrayList<>();
                for (int i = 0; i < texts.size() && found < MOST_FOUND; i++) {
                    if (pattern.matcher(looks.at(texts.get(i))).find()) {
                        hits.add(i);
                        found++;
                    }
                }
                show(path, texts, hits);
            } catch (Looks.TooManyException | StackOverflowError _) {
                givenUp = true;
            } catch (ToolException impossible) {
                throw new IllegalStateException("it was text a moment ago", impossible);
            }
        }

        private void show(WorkspacePath path, List<String> texts, List<Integer> hits) {
            int shown = -1;
            for (int hit : hits) {
                int from = Math.max(shown + 1, hit - context);
                if (context > 0 && shown >= 0 && from > shown + 1) {
                    lines.append("--\n");
                }
                int to = Math.min(texts.size() - 1, hit + context);
                for (int i = from; i <= to; i++) {
                    String mark = hits.contains(i) ? ":" : "-";
                    lines.append(path).append(mark).append(i + 1).append(mark).append(' ');
                    lines.append(ToolText.head(texts.get(i), MOST_LINE_CHARS)).append('\n');
                }
                shown = Math.max(shown, to);
            }
        }

        String told(int files) throws ToolException {
            if (givenUp && found == 0) {
                throw new ToolException("the search takes too long; use a simpler pattern or fewer files");
            }
            if (givenUp) {
                return lines + "[Cut: the search took too long. Use a simpler pattern or fewer files.]";
            }
            if (found == 0) {
                return "No line matches in %,d files.".formatted(files);
            }
            return found < MOST_FOUND
                    ? lines.toString()
                    : lines + "[Cut: these are the first %d lines. Use a narrower pattern.]".formatted(MOST_FOUND);
        }
    }
}
