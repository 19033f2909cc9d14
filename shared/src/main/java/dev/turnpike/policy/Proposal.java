package dev.turnpike.policy;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Something that an answer suggests to be done, and that nobody has done.
///
/// @param text the command, the patch, or what a file is to contain
/// @param path of the file; null for what is none
public record Proposal(
        Kind kind, Risk risk, String text, @Nullable String path) {
    /// What it is.
    public enum Kind {
        SHELL,
        GIT,
        CODE_CHANGE,
        FILE,
        CONFIGURATION;

        /// As it is written in answers.
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The tool that would do it.
    public String tool() {
        return switch (kind) {
            case SHELL, GIT -> "execute_bash";
            case CODE_CHANGE -> "apply_patch";
            case FILE, CONFIGURATION -> "write_file";
        };
    }
}
