package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.turnpike.lambda.StreamingRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A folder like the unpacked zip of the api function, started by its real wrapper as a process of its own.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ApiWrapperTest {
    private static final Map<String, String> NOTHING_MORE = Map.of();
    private static final CopyOption[] WITH_MODE = {StandardCopyOption.COPY_ATTRIBUTES};

    @TempDir
    private static Path zip;

    @TempDir
    private static Path ownClasses;

    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private RuntimeApi api;
    private ServerSocket test;

    @BeforeAll
    static void unpack() throws Exception {
        Path script = Path.of(System.getProperty("turnpike.root"), "functions/api/src/main/lambda/bootstrap-wrapper");
        Files.copy(script, zip.resolve("bootstrap-wrapper"), WITH_MODE);
        Files.createDirectory(zip.resolve("lib"));
        for (Class<?> part : List.of(ScriptedHandler.class, StreamingRuntime.class, RequestStreamHandler.class)) {
            add(part);
        }
        compileMain();
        run("jar", "-cf", zip + "/lib/turnpike.jar", "-C", ownClasses.toString(), ".");
    }

    @BeforeEach
    void start() throws IOException {
        api = RuntimeApi.start(calls::add);
        test = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        api.close();
        test.close();
    }

    @Test
    void theFirstByteArrivesBeforeTheHandlerHasFinished() throws Exception {
        try (LambdaProcess _ = startFunction(NOTHING_MORE)) {
            Invocation invocation = invoke("hold " + test.getLocalPort());
            assertThat(text(invocation.body().readNBytes(6))).isEqualTo("first ");
            assertThat(invocation.streamed()).isTrue();
            test.accept().close();
            assertThat(text(invocation.body().readAllBytes())).isEqualTo("second");
            assertThat(invocation.error()).isEmpty();
        }
    }

    @Test
    void aSnapshotIsPassedThroughAsHooksThenRestoreThenHooksThenNext() throws Exception {
        api.holdRestores();
        try (var function = startFunction(Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"))) {
            assertThat(function.readLine()).isEqualTo("before checkpoint");
            assertThat(calls.take()).isEqualTo("GET /restore/next");
            assertThat(calls).isEmpty();
            api.releaseRestores();
            assertThat(function.readLine()).isEqualTo("after restore");
            assertThat(calls.take()).isEqualTo("GET /invocation/next");
        }
    }

    @Test
    void aFailureInTheMiddleOfTheStreamArrivesInItsTrailers() throws Exception {
        try (var function = startFunction(NOTHING_MORE)) {
            Invocation invocation = invoke("fail");
            assertThat(text(invocation.body().readAllBytes())).isEqualTo("begun");
            assertThat(invocation.error()).contains("java.lang.IllegalStateException: mid-stream");
            assertThat(function.readLine())
                    .contains("\"level\":\"ERROR\"", invocation.requestId(), "\"errorMessage\":\"mid-stream\"");
        }
    }

    @Test
    void aStaleInvocationIdIsSurvived() throws Exception {
        try (var function = startFunction(NOTHING_MORE)) {
            Invocation stale = invoke("hold-unbegun " + test.getLocalPort());
            try (Socket _ = test.accept()) {
                api.giveUp(stale, "Sandbox.Timedout: test");
            }
            assertThat(function.readLine()).contains("too late", stale.requestId());
            assertThat(text(invoke("jvm").body().readAllBytes())).isNotEmpty();
        }
    }

    @Test
    void aFunctionThatIsKilledBeforeItAnswersFailsItsInvocation() throws Exception {
        try (var function = startFunction(NOTHING_MORE)) {
            Invocation invocation = invoke("hold-unbegun " + test.getLocalPort());
            try (Socket _ = test.accept()) {
                function.kill();
                assertThat(invocation.error()).get(STRING).startsWith("Runtime.ExitError");
            }
        }
    }

    @Test
    void aFunctionThatIsKilledWhileItStreamsTruncatesItsAnswer() throws Exception {
        try (var function = startFunction(NOTHING_MORE)) {
            Invocation invocation = invoke("hold " + test.getLocalPort());
            assertThat(text(invocation.body().readNBytes(6))).isEqualTo("first ");
            function.kill();
            assertThat(invocation.error()).get(STRING).startsWith("Runtime.TruncatedResponse");
        }
    }

    @Test
    void theHeapThatLambdaChoseIsKeptAndTheRestOfItsCommandIsNot() throws Exception {
        try (LambdaProcess _ = startFunction(Map.of("JAVA_TOOL_OPTIONS", "-Dmore=options"))) {
            String[] lines = text(invoke("jvm").body().readAllBytes()).split("\n", 2);
            assertThat(lines[0])
                    .contains("-XX:MaxHeapSize=134217728", "-XX:+UseSerialGC", "-Dmore=options")
                    .doesNotContain("runtime.jsa", "AOTCache");
            assertThat(lines[1]).startsWith(zip + "/lib/turnpike.jar:" + zip + "/lib/aws-lambda-java-core-");
        }
    }

    @Test
    void theScriptStartsFromItsOwnFolderWithoutArguments() throws Exception {
        var javaHome = Map.of("JAVA_HOME", System.getProperty("java.home"));
        try (LambdaProcess _ = LambdaProcess.start(zip, api, javaHome, List.of())) {
            assertThat(text(invoke("jvm").body().readAllBytes())).contains(zip + "/lib/turnpike.jar:");
        }
    }

    @Test
    void theProcessEndsWithTheRuntimeApi() throws Exception {
        try (var function = startFunction(NOTHING_MORE)) {
            assertThat(calls.take()).isEqualTo("GET /invocation/next");
            api.close();
            assertThat(function.exitStatus()).isEqualTo(1);
        }
    }

    private LambdaProcess startFunction(Map<String, String> variables) throws IOException {
        return LambdaProcess.start(zip, api, variables, LambdaProcess.LAMBDAS_COMMAND);
    }

    private Invocation invoke(String event) {
        return api.invoke(event.getBytes(UTF_8), Duration.ofMinutes(1));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    /// Adds whatever the class was loaded from: classes to our own, a jar to `lib`.
    private static void add(Class<?> part) throws IOException, URISyntaxException {
        Path source =
                Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isRegularFile(source)) {
            Files.copy(source, zip.resolve("lib").resolve(source.getFileName()));
            return;
        }
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = ownClasses.resolve(source.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// The main class that the script starts, with a handler that this test can direct.
    private static void compileMain() throws IOException {
        Path source = Files.createDirectories(zip.resolve("source")).resolve("ApiMain.java");
        Files.writeString(source, """
            package dev.turnpike.api;

            import dev.turnpike.lambda.RuntimeEnvironment;
            import dev.turnpike.lambda.StreamingRuntime;
            import dev.turnpike.local.ScriptedHandler;

            public final class ApiMain {
                public static void main(String[] arguments) {
                    var environment = RuntimeEnvironment.from(System.getenv());
                    System.exit(StreamingRuntime.run(ScriptedHandler::new, environment));
                }
            }
            """);
        String classPath = System.getProperty("java.class.path");
        run("javac", "-cp", classPath, "-d", ownClasses.toString(), source.toString());
    }

    private static void run(String tool, String... arguments) {
        assertThat(ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments))
                .isZero();
    }
}
