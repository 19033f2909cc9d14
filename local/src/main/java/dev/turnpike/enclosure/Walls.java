package dev.turnpike.enclosure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a sandbox process is kept apart, the strongest first. Which of them a machine offers, only trying tells.
enum Walls {
    /// For root: namespaces, made by root, and in them a user that owns nothing.
    NAMESPACES_OF_ROOT("""
        Commands run in namespaces of their own, as a user that owns nothing: without this machine's files, network and
        processes.
        """),
    /// For anybody, where users may make namespaces.
    NAMESPACES_OF_A_USER("""
        Commands run in namespaces of their own: without this machine's files, network and processes.
        """),
    /// For root, where there are no namespaces.
    ANOTHER_USER("""
        Weaker than on Lambda: this machine offers no namespaces. Commands run as a user that owns nothing and without a
        network, but see which processes there are and every file that all may read.
        """),
    NONE("""
        Much weaker than on Lambda: this machine offers no namespaces. Commands run as you and without a network: they
        can read and change what you can.
        """);

    private static final String NAMESPACES = "--mount --pid --fork --kill-child --net --ipc --uts";
    private static final String POWERLESS = "--bounding-set=-all --inh-caps=-all --no-new-privs";
    private static final int FIRST_USER = 64_001;
    private static final String TMP_BYTES = "512m";

    private final String plainly;

    Walls(String plainly) {
        this.plainly = plainly;
    }

    /// What an operator has to know of it.
    String plainly() {
        return plainly;
    }

    boolean namespaces() {
        return switch (this) {
            case NAMESPACES_OF_ROOT, NAMESPACES_OF_A_USER -> true;
            case ANOTHER_USER, NONE -> false;
        };
    }

    /// The words that start a program within.
    ///
    /// @param number of the process among its like, so that each has a user of its own
    List<String> around(List<String> program, Place place, int number) {
        String user = Integer.toString(FIRST_USER + number);
        List<String> dropped = List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups");
        List<String> words = new ArrayList<>();
        switch (this) {
            case NAMESPACES_OF_ROOT -> {
                words.addAll(split("unshare " + NAMESPACES));
                words.addAll(place.enclose());
                words.addAll(dropped);
                words.addAll(split(POWERLESS));
            }
            case NAMESPACES_OF_A_USER -> {
                words.addAll(split("unshare --user --map-root-user " + NAMESPACES));
                words.addAll(place.enclose());
                words.addAll(split("setpriv " + POWERLESS));
            }
            case ANOTHER_USER -> {
                words.addAll(dropped);
                words.addAll(split(POWERLESS));
            }
            case NONE -> {}
        }
        words.addAll(program);
        return words;
    }

    private static List<String> split(String words) {
        return List.of(words.split(" ", -1));
    }

    /// @param script enclose.sh
    /// @param root an empty folder, where the new root is built
    /// @param task a folder with the jars
    record Place(Path script, Path root, Path task, Path javaHome) {
        List<String> enclose() {
            return List.of("sh", script.toString(), root.toString(), task.toString(), javaHome.toString(), TMP_BYTES);
        }
    }
}
