package dev.turnpike.sandbox;

import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a model reads of a command that has run.
final class SandboxReport {
    private static final int NAMED = 40;

    private final SandboxAnswer answer;
    private final List<String> notes = new ArrayList<>();

    SandboxReport(SandboxAnswer answer) {
        this.answer = answer;
    }

    /// Its changes are a revision.
    void kept(long revision) {
        List<String> written = answer.written().stream().map(SandboxFile::path).toList();
        List<String> parts = new ArrayList<>();
        if (!written.isEmpty()) {
            parts.add("wrote " + paths(written));
        }
        if (!answer.deleted().isEmpty()) {
            parts.add("deleted " + paths(answer.deleted()));
        }
        notes.add("Revision %d of the files: %s.".formatted(revision, String.join("; ", parts)));
    }

    /// A file that the workspace does not take.
    void refused(String why) {
        notes.add("Not kept: " + why);
    }

    /// The first of them by name.
    static String paths(List<String> paths) {
        String named = paths.stream().limit(NAMED).collect(Collectors.joining(", "));
        return paths.size() <= NAMED ? named : named + " and %,d more".formatted(paths.size() - NAMED);
    }

    String text() {
        var text = new StringBuilder(ending());
        if (!answer.output().isEmpty()) {
            text.append('\n').append(answer.output().stripTrailing());
        }
        for (Skipped skipped : answer.skipped()) {
            notes.add("Not kept: %s, %s.".formatted(skipped.path(), why(skipped.reason())));
        }
        notes.stream()
                .limit(NAMED)
                .forEach(note -> text.append("\n[").append(note).append(']'));
        return text.toString();
    }

    private String ending() {
        return switch (answer.ending()) {
            case SandboxAnswer.Exited(int code) -> "Exit code " + code + ".";
            case SandboxAnswer.TimedOut _ -> "Ended after " + seconds(answer.took()) + " with all that it had started.";
            case SandboxAnswer.Killed(String why) -> "Ended with all that it had started: " + why + ".";
            case SandboxAnswer.NotStarted(String why) -> why;
        };
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f seconds", time.toMillis() / 1000.0);
    }

    private static String why(SandboxAnswer.Reason reason) {
        return switch (reason) {
            case LINK -> "a symbolic link";
            case SPECIAL -> "a pipe, socket or device";
            case TOO_LARGE -> "too large, or no room left for it in the answer";
            case TOO_MANY -> "too many files to look at all";
            case NAME -> "its name is too long, or no valid text";
        };
    }
}
