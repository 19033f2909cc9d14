package dev.turnpike.enclosure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LocalSandboxTest {
    private static String run(LocalSandbox sandbox, String script) throws IOException {
        String request = "{\"command\":\"shell\",\"script\":\"" + script + "\"}";
        return new String(sandbox.call(request.getBytes(UTF_8)), UTF_8);
    }

    /// Which of them there are depends on the machine and on who asks.
    @ParameterizedTest
    @EnumSource(Walls.class)
    void behindAnyWallsACommandHasNoNetworkAndNothingInItsEnvironment(Walls walls) throws IOException {
        boolean root = System.getProperty("user.name").equals("root");
        assumeThat(walls == Walls.NONE && root).isFalse();
        try (LocalSandbox sandbox = startOrSkip(walls)) {
            assertThat(run(sandbox, "env | grep -c =; exec 3<>/dev/tcp/127.0.0.1/80 || echo closed"))
                    .contains("\"exited\"", "closed")
                    .containsPattern("\"output\":\"[67]\\\\n");
            assertThat(sandbox.plainly()).isEqualTo(walls.plainly());
        }
    }

    private static LocalSandbox startOrSkip(Walls walls) {
        try {
            return LocalSandbox.start(List.of(walls));
        } catch (IOException notOffered) {
            assumeThat(notOffered).as("this machine offers " + walls).isNull();
            throw new AssertionError("not reached");
        }
    }

    @Test
    void aProcessThatHasEndedIsReplaced() throws IOException {
        try (LocalSandbox sandbox = LocalSandbox.start()) {
            byte[] more = new byte[9_000_000]; // than a process takes
            assertThatThrownBy(() -> sandbox.call(more)).isInstanceOf(IOException.class);

            assertThat(run(sandbox, "echo again")).contains("again");
        }
    }

    @Test
    void moreCommandsThanProcessesWaitTheirTurn() throws Exception {
        try (LocalSandbox sandbox = LocalSandbox.start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> commands = IntStream.range(0, 10)
                    .<Callable<String>>mapToObj(
                            number -> () -> run(sandbox, "cat /tmp/*/work/x; echo n" + number + "> x"))
                    .toList();
            int number = 0;
            for (Future<String> answer : threads.invokeAll(commands)) {
                assertThat(answer.get()).contains("\"exited\"", "No such file", "\"path\":\"x\"");
                number++;
            }
            assertThat(number).isEqualTo(10);
        }
    }

    @Test
    void nothingIsLeftOnThisMachine() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<Path> before = folders(temporary);
        try (LocalSandbox sandbox = LocalSandbox.start()) {
            run(sandbox, "echo 1 > /tmp/x; sleep 100 & true");
            assertThat(folders(temporary)).hasSizeGreaterThan(before.size());
        }
        assertThat(folders(temporary)).containsExactlyElementsOf(before);
    }

    private static List<Path> folders(Path temporary) throws IOException {
        try (Stream<Path> names = Files.list(temporary)) {
            return names.filter(name -> String.valueOf(name.getFileName()).startsWith("turnpike-sandbox"))
                    .sorted()
                    .toList();
        }
    }
}
