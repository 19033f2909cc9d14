package dev.turnpike.policy;

import java.util.Locale;

/// Something that an answer suggests to do, and the call that would do it.
///
/// @param tool that would do it
/// @param arguments of that call, JSON text
/// @param text as it stands in the answer
public record Proposal(Kind kind, Risk risk, String tool, String arguments, String text) {
    /// What it is about.
    public enum Kind {
        SHELL,
        CODE_CHANGE,
        FILE,
        GIT,
        CONFIGURATION;

        /// As it is written in answers.
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
