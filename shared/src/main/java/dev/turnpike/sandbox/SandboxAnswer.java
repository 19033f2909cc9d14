package dev.turnpike.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What became of a command.
///
/// @param output what it printed, standard error among it, as text, with a notice where a part was left out
/// @param took until it and all that it started had ended
/// @param written files that it made or changed
/// @param deleted paths of files that are gone
/// @param skipped what is in the folder but doesn't come back
public record SandboxAnswer(
        Ending ending,
        String output,
        Duration took,
        List<SandboxFile> written,
        List<String> deleted,
        List<Skipped> skipped) {

    public sealed interface Ending {}

    /// @param code 128 and a signal's number for a command that ended by a signal
    public record Exited(int code) implements Ending {}

    public record TimedOut() implements Ending {}

    /// Ended because it took more than one command may.
    ///
    /// @param why in words for the model
    public record Killed(String why) implements Ending {}

    /// Nothing ran.
    ///
    /// @param why in words for the model
    public record NotStarted(String why) implements Ending {}

    public record Skipped(String path, Reason reason) {}

    public enum Reason {
        /// A symbolic link: where it leads is not known to be inside.
        LINK,
        /// A pipe, a socket or a device.
        SPECIAL,
        /// A file of more bytes than one may have, or one that found no room in the answer.
        TOO_LARGE,
        /// More files than are looked at.
        TOO_MANY,
        /// Its name is not valid text, or too long.
        NAME;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
