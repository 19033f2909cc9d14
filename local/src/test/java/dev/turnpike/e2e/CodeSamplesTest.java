package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnpike.ApiDocument;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The code samples of the OpenAPI document against the stack, exactly as they are printed.
@Timeout(300)
class CodeSamplesTest {
    private static final Pattern CLASS = Pattern.compile("^class (\\w+) \\{", Pattern.MULTILINE);
    private static Stack stack;

    @TempDir
    private Path folder;

    /// @param operation `POST /v1/…`
    record Sample(String operation, String language, String source) {
        @Override
        public String toString() {
            return language + " of " + operation;
        }
    }

    private record Ended(int status, String output) {}

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    private static Stream<Sample> samples() {
        return ApiDocument.read().operations().stream()
                .flatMap(operation -> operation
                        .json()
                        .path("x-codeSamples")
                        .valueStream()
                        .map(each -> sample(operation.toString(), each)));
    }

    private static Sample sample(String operation, JsonNode sample) {
        return new Sample(
                operation, sample.path("lang").asString(), sample.path("source").asString());
    }

    private static Stream<Sample> samplesIn(String language) {
        return samples().filter(sample -> sample.language.equals(language));
    }

    static Stream<Sample> curl() {
        return samplesIn("Shell");
    }

    static Stream<Sample> python() {
        return samplesIn("Python");
    }

    static Stream<Sample> typeScript() {
        return samplesIn("TypeScript");
    }

    static Stream<Sample> java() {
        return samplesIn("Java");
    }

    @Test
    void eachOfTheTwoWaysToAskIsShownInFourLanguages() {
        for (String operation : List.of("POST /v1/responses", "POST /v1/chat/completions")) {
            assertThat(samples()
                            .filter(each -> each.operation.equals(operation))
                            .map(Sample::language))
                    .containsExactly("Shell", "Python", "TypeScript", "Java");
        }
    }

    @ParameterizedTest
    @MethodSource("curl")
    void theCommandWorks(Sample sample) throws Exception {
        assumeTrue(works("curl", "--version"), "this test needs curl");
        answers(sample, run(folder, "sh", "-ec", sample.source));
    }

    /// The package `openai` is no part of this build, so the language is all that is checked.
    @ParameterizedTest
    @MethodSource("python")
    void thePythonIsPython(Sample sample) throws Exception {
        assumeTrue(works("python3", "--version"), "this test needs Python 3");
        Path file = Files.writeString(folder.resolve("sample.py"), sample.source);
        Ended parsed = run(folder, "python3", "-m", "py_compile", file.toString());
        assertThat(parsed.status).as(parsed.output).isZero();
    }

    /// It says nothing of types, so Node runs it as it is.
    @ParameterizedTest
    @MethodSource("typeScript")
    void theTypeScriptWorks(Sample sample) throws Exception {
        assumeTrue(NodeClientsTest.nodeIsThere(), "this test needs Node 20 or newer, with npm, on the PATH");
        NodeClientsTest.install();
        Path file = NodeClientsTest.INSTALLED.resolve("sample.mjs");
        Files.writeString(file, sample.source);
        answers(
                sample,
                run(NodeClientsTest.INSTALLED, "node", file.getFileName().toString()));
    }

    @ParameterizedTest
    @MethodSource("java")
    void theJavaWorks(Sample sample) throws Exception {
        Matcher name = CLASS.matcher(sample.source);
        assertThat(name.find()).isTrue();
        Path file = Files.writeString(folder.resolve(name.group(1) + ".java"), sample.source);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        answers(sample, run(folder, java, "-cp", System.getProperty("java.class.path"), file.toString()));
    }

    private static void answers(Sample sample, Ended ended) {
        assertThat(ended.status).as(ended.output).isZero();
        assertThat(ended.output)
                .contains(sample.operation.endsWith("responses") ? "Here is what I found" : "I am the demo model");
        assertThat(ended.output).doesNotContain("\"error\":{");
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            return run(Path.of("."), command).status == 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static Ended run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "OPENAI_BASE_URL",
                        stack.url() + "/v1",
                        "OPENAI_API_KEY",
                        stack.apiKey(),
                        "NO_PROXY",
                        "127.0.0.1"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
