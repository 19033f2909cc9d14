package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The clients for Node against the stack: the scenarios are in `src/test/node`.
///
/// What they cover, over Responses (R) and Chat Completions (C); a dash is what a client has no call for:
///
/// | | `openai` | `ai`, `@ai-sdk/openai` | `@langchain/openai` | `@openai/agents` |
/// |---|---|---|---|---|
/// | create, stream | R C | R C | R C | R C |
/// | its own tools | R C | R C | R C | R C |
/// | tools on the server | R C | R | R | R |
/// | approval | R | R | R | R |
/// | answers in a form | R C | R C | R C | R C |
/// | images | R C | R C | R C | R C |
/// | going on from a response | R | R | R | R |
/// | going on in a conversation | R | R | R | R |
/// | sending the history back | R C | R C | R C | R C |
/// | summaries | R, `compact` | - | R | R, `compact` |
/// | answers cut short | R C | R C | R C | R |
/// | background, resume, cancel | R | - | - | - |
/// | conversations, stored answers, input tokens | R C | - | - | - |
/// | errors, also in mid-stream | R C | R C | R C | R C |
/// | models | yes | - | - | - |
@EnabledIf(value = "nodeIsThere", disabledReason = "this test needs Node 20 or newer, with npm, on the PATH")
@Timeout(300)
class NodeClientsTest {
    private static final Path SOURCES = root().resolve("local/src/test/node");
    static final Path INSTALLED = root().resolve("local/target/node");
    private static final int OLDEST_NODE = 20;
    private static final Pattern UNREACHABLE =
            Pattern.compile("code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)");
    private static final List<String> FILES =
            List.of("package.json", "package-lock.json", "openai.mjs", "agents.mjs", "ai.mjs", "langchain.mjs");

    private static Stack stack;

    private record Ended(int status, String output) {}

    static boolean nodeIsThere() throws InterruptedException {
        try {
            String node = run(root(), Map.of(), "node", "--version").output().strip();
            return run(root(), Map.of(), "npm", "--version").status() == 0
                    && Integer.parseInt(node.substring(1, node.indexOf('.'))) >= OLDEST_NODE;
        } catch (IOException _) {
            return false;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        install();
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    /// @param scenarios OpenAI's own client, its Agents SDK, Vercel's AI SDK, LangChain
    @ParameterizedTest
    @ValueSource(strings = {"openai.mjs", "agents.mjs", "ai.mjs", "langchain.mjs"})
    void theClientWorksWithAnotherBaseUrl(String scenarios) throws Exception {
        Map<String, String> environment =
                Map.of("BASE_URL", stack.url() + "/v1", "API_KEY", stack.apiKey(), "NO_PROXY", "127.0.0.1");
        Ended tests = run(INSTALLED, environment, "node", "--test", scenarios);
        assertThat(tests.status()).as(tests.output()).isZero();
    }

    /// Once, and again when the lock file has changed.
    static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        Path lock = INSTALLED.resolve("node_modules/installed-lock.json");
        boolean current = Files.exists(lock) && Files.mismatch(lock, SOURCES.resolve("package-lock.json")) == -1;
        for (String file : FILES) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!current) {
            Ended npm = run(INSTALLED, Map.of(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            assumeFalse(UNREACHABLE.matcher(npm.output()).find(), "this test needs a registry of npm packages");
            assertThat(npm.status()).as(npm.output()).isZero();
            Files.copy(SOURCES.resolve("package-lock.json"), lock);
        }
    }

    private static Ended run(Path directory, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static Path root() {
        return Path.of(System.getProperty("turnpike.root", "."));
    }
}
