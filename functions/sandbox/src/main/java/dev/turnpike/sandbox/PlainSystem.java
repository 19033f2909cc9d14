package dev.turnpike.sandbox;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// A machine without settings of its own for git.
final class PlainSystem extends SystemReader.Delegate {
    /// What in a repository's own settings names programs, other repositories or files elsewhere.
    private static final Set<String> ARMED = Set.of(
            "alias",
            "credential",
            "diff",
            "filter",
            "gpg",
            "include",
            "includeif",
            "merge",
            "remote",
            "submodule",
            "url");

    private PlainSystem(SystemReader machine) {
        super(machine);
    }

    static void install() {
        SystemReader.setInstance(new PlainSystem(SystemReader.getInstance()));
    }

    /// Takes what could start a program out of the settings as they are read; the file stays as it is.
    static void disarm(StoredConfig settings) {
        for (String section : List.copyOf(settings.getSections())) {
            if (ARMED.contains(section.toLowerCase(Locale.ROOT))) {
                settings.unsetSection(section, null);
                settings.getSubsections(section).forEach(name -> settings.unsetSection(section, name));
            }
        }
        for (String name : List.of("hooksPath", "attributesFile", "excludesFile", "editor", "pager", "sshCommand")) {
            settings.unset("core", null, name);
        }
        settings.setBoolean("commit", null, "gpgSign", false);
        settings.setBoolean("tag", null, "gpgSign", false);
    }

    @Override
    public String getHostname() {
        return "sandbox";
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS files) {
        return new Nothing(parent, files);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS files) {
        return new Nothing(parent, files);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS files) {
        return new Nothing(parent, files);
    }

    private static final class Nothing extends FileBasedConfig {
        Nothing(Config parent, FS files) {
            super(parent, new File("settings-of-nobody"), files);
        }

        /// Else it is measured, which takes seconds, and noted in a home that is gone after the command. A disk that is
        /// coarser only has git read a file once more than it had to.
        @Override
        public long getTimeUnit(String section, @Nullable String part, String name, long fallback, TimeUnit unit) {
            return section.equals("filesystem")
                    ? unit.convert(Duration.ofMillis(10))
                    : super.getTimeUnit(section, part, name, fallback, unit);
        }

        @Override
        public void load() {
            // There is nothing in it.
        }

        /// Saving would put a file in the place of whatever is there.
        @Override
        public void save() {
            // Nor will there be.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
