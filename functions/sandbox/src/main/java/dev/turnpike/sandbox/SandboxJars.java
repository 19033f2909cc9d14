package dev.turnpike.sandbox;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where the classes are that run commands: a function's own loader of them leaves no trace in `java.class.path`, and
/// on
/// another class path there is much that a command must not see.
public final class SandboxJars {
    private static final List<String> CLASSES = List.of(
            "dev.turnpike.sandbox.SandboxMain",
            "dev.turnpike.sandbox.SandboxCommand",
            "org.eclipse.jgit.api.Git",
            "org.slf4j.Logger",
            "org.slf4j.nop.NOPServiceProvider",
            "com.googlecode.javaewah.EWAHCompressedBitmap",
            "org.apache.commons.codec.digest.DigestUtils");

    private SandboxJars() {}

    /// Jars, or folders of classes.
    public static List<Path> all() {
        return CLASSES.stream().flatMap(SandboxJars::place).distinct().toList();
    }

    private static Stream<Path> place(String name) {
        try {
            Class<?> found = Class.forName(name, false, SandboxJars.class.getClassLoader());
            return Stream.of(Path.of(
                    found.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (ReflectiveOperationException | URISyntaxException _) {
            return Stream.of(); // The program that needs it says so.
        }
    }
}
