package dev.turnpike.bench;

import dev.turnpike.stack.FunctionZip;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The api function's zip, unpacked.
record TaskFolder(Path root) {
    /// @param project the folder of the whole project, where the zip has been built
    static TaskFolder unpack(Path project, Path target) throws IOException {
        return new TaskFolder(FunctionZip.unpack(project, "api", target));
    }

    /// As Lambda starts it.
    List<String> wrapper() {
        return List.of(root.resolve("bootstrap-wrapper").toString(), Jvm.java());
    }

    /// Everything that lies in it, for another main class.
    String classPath() {
        return root + File.pathSeparator + root.resolve("lib") + "/*";
    }

    /// Moves the function's own classes into a jar beside the others: an AOT cache knows no folders.
    void packOwnClasses() throws IOException {
        Path own = Files.createDirectory(root.resolveSibling("own-classes"));
        List<Path> entries;
        try (Stream<Path> all = Files.list(root)) {
            entries = all.filter(entry -> !entry.endsWith("lib") && !entry.endsWith("bootstrap-wrapper"))
                    .toList();
        }
        for (Path entry : entries) {
            Files.move(entry, own.resolve(entry.getFileName()));
        }
        int status = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--create",
                        "--file",
                        root.resolve("lib/turnpike.jar").toString(),
                        "-C",
                        own.toString(),
                        ".");
        if (status != 0) {
            throw new IOException("The function's classes could not be packed.");
        }
    }

    /// Serves a few requests and leaves a cache of what it had loaded, where the wrapper script looks for it. The flags
    /// are the wrapper's, and so is the order of the class path.
    void train(Site site, int requests) throws IOException {
        List<String> command = new ArrayList<>(Jvm.command(sortedJars(), "dev.turnpike.api.ApiMain"));
        command.add(1, "-XX:AOTCacheOutput=" + cache());
        Map<String, String> environment = site.environment(root, site.cloud());
        try (ApiSubject training = new ApiSubject(command, environment, site.apiKey())) {
            for (int i = 0; i < requests; i++) {
                var _ = Reading.of(training);
            }
        }
        if (!Files.exists(cache())) {
            throw new IOException("The training run left no AOT cache.");
        }
    }

    private Path cache() {
        return root.resolve("api.aot");
    }

    private String sortedJars() throws IOException {
        try (Stream<Path> jars = Files.list(root.resolve("lib"))) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
        }
    }
}
