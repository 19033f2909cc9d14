package dev.turnpike.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How the measured processes are started: the floor with the flags of the api function's wrapper script.
final class Jvm {
    /// The JVM sizes its heap as it would on a Lambda of the default memory, whatever this machine has.
    static final Map<String, String> SIZED_AS_ON_LAMBDA = Map.of("JAVA_TOOL_OPTIONS", "-XX:MaxRAM=1024m");

    private Jvm() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    static List<String> command(String classPath, String main) {
        return List.of(
                java(),
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-Xmn48m",
                "-XX:MetaspaceSize=64m",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-XX:MaxRAM=1024m",
                "-Dsun.net.inetaddr.ttl=5",
                "-cp",
                classPath,
                main);
    }
}
