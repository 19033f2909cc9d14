package dev.turnpike.sandbox;

import java.util.Locale;

/// What the sandbox is asked to run, in the folder that holds the files.
public sealed interface SandboxCommand {
    /// By bash, or by sh where there is no bash.
    record Shell(String script) implements SandboxCommand {}

    /// On the repository whose `.git` is among the files.
    record Git(GitOperation operation) implements SandboxCommand {}

    record Code(Language language, String source) implements SandboxCommand {}

    /// What a sandbox may be able to run; which of them it can, its answer says.
    enum Language {
        JAVA,
        PYTHON;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
