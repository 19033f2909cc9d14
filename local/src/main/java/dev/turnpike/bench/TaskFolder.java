package dev.turnpike.bench;

import dev.turnpike.stack.FunctionZip;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /// Serves a few requests and leaves a cache of what it had loaded, where the wrapper script looks for it.
    void train(Site site, int requests) throws IOException {
        Map<String, String> environment = new HashMap<>(site.environment(root, site.cloud()));
        environment.put("JDK_JAVA_OPTIONS", "-XX:AOTCacheOutput=" + cache());
        try (ApiSubject training = new ApiSubject(wrapper(), environment, site.apiKey())) {
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
}
