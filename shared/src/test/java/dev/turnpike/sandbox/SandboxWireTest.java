package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.json.MalformedJsonException;
import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import dev.turnpike.sandbox.SandboxCommand.Language;
import dev.turnpike.tool.ToolException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class SandboxWireTest {
    private static final Instant DEADLINE = Instant.parse("2026-11-01T00:00:00Z");
    private static final String ODD = "tab\t quote\" back\\slash \u2028 é 漢字 \ud83d\ude00 \0 \u001b[31m";

    static Stream<SandboxCommand> commands() {
        Stream<GitOperation> operations = Stream.of(
                new GitOperation.Init(),
                new GitOperation.Status(),
                new GitOperation.Diff(true, List.of("a", "--staged")),
                new GitOperation.Diff(false, List.of()),
                new GitOperation.Add(List.of("b c")),
                new GitOperation.Commit("An Author", "a@example.com", ODD),
                new GitOperation.Log(7),
                new GitOperation.Restore(true, List.of("a")),
                new GitOperation.Branches(),
                new GitOperation.Switch("topic"));
        return Stream.concat(
                Stream.of(new SandboxCommand.Shell(ODD), new SandboxCommand.Code(Language.PYTHON, "print(1)\n")),
                operations.map(SandboxCommand.Git::new));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aRequestArrivesAsItWasSent(SandboxCommand command) {
        var file = new SandboxFile("src/" + ODD, new byte[] {0, -1, 10, 13}, true);
        byte[] sent = RequestWire.of(new SandboxRequest(command, List.of(file), Duration.ofMillis(1_234), 99));

        SandboxRequest request = RequestWire.read(sent);

        assertThat(JsonMapper.shared().readTree(sent).isObject()).isTrue();
        assertThat(request.command()).isEqualTo(command);
        assertThat(request.timeout()).isEqualTo(Duration.ofMillis(1_234));
        assertThat(request.outputBytes()).isEqualTo(99);
        assertThat(request.files())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(file);
    }

    static Stream<SandboxAnswer.Ending> endings() {
        return Stream.of(
                new SandboxAnswer.Exited(137),
                new SandboxAnswer.TimedOut(),
                new SandboxAnswer.Killed(ODD),
                new SandboxAnswer.NotStarted("no python"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void anAnswerArrivesAsItWasSent(SandboxAnswer.Ending ending) {
        var answer = new SandboxAnswer(
                ending,
                ODD,
                Duration.ofMillis(17),
                List.of(new SandboxFile("a", "text".getBytes(UTF_8), false)),
                List.of("gone", ODD),
                List.of(new Skipped("link", Reason.LINK)));

        byte[] sent = AnswerWire.of(answer, FunctionSandbox.MAX_BYTES);

        assertThat(JsonMapper.shared().readTree(sent).isObject()).isTrue();
        assertThat(AnswerWire.read(sent)).usingRecursiveComparison().isEqualTo(answer);
    }

    @Test
    void filesThatFindNoRoomInTheAnswerAreNamedAndTheSmallOnesComeBack() {
        var random = new Random(7);
        List<SandboxFile> written = Stream.of(60_000, 10, 40_000, 20)
                .map(size -> {
                    byte[] content = new byte[size];
                    random.nextBytes(content);
                    return new SandboxFile("f" + size, content, false);
                })
                .toList();
        var answer =
                new SandboxAnswer(new SandboxAnswer.Exited(0), "done", Duration.ZERO, written, List.of(), List.of());

        byte[] sent = AnswerWire.of(answer, 60_000);

        assertThat(sent.length).isBetween(50_000, 60_000);
        SandboxAnswer read = AnswerWire.read(sent);
        assertThat(read.written()).extracting(SandboxFile::path).containsExactly("f10", "f20", "f40000");
        assertThat(read.skipped()).containsExactly(new Skipped("f60000", Reason.TOO_LARGE));
    }

    @Test
    void aFileThatUnpacksToTooMuchIsRefused() {
        var bomb = new SandboxFile("bomb", new byte[PackedFile.MAX_BYTES + 1], false);
        byte[] sent = RequestWire.of(
                new SandboxRequest(new SandboxCommand.Shell("ls"), List.of(bomb), Duration.ofSeconds(1), 10));

        assertThat(sent.length).isLessThan(100_000);
        assertThatThrownBy(() -> RequestWire.read(sent)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"command\":\"rm\"}", "{\"command\":\"git\",\"words\":[\"push\"]}"})
    void whatIsNoCommandIsRefused(String json) {
        assertThatThrownBy(() -> RequestWire.read(json.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void filesThatAreTooLargeToSendAreRefusedWithTheirSize() {
        byte[] content = new byte[FunctionSandbox.MAX_BYTES];
        new Random(1).nextBytes(content);
        var request = new SandboxRequest(
                new SandboxCommand.Shell("ls"),
                List.of(new SandboxFile("big", content, false)),
                Duration.ofSeconds(1),
                10);
        var sandbox = new FunctionSandbox(
                (_, _, _) -> {
                    throw new AssertionError("must not be called");
                },
                "sandbox");

        assertThatThrownBy(() -> sandbox.run(request, DEADLINE))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("at most 6,000,000");
    }

    @Test
    void anAnswerThatIsNotOneIsTheSandboxesFault() {
        var request = new SandboxRequest(new SandboxCommand.Shell("ls"), List.of(), Duration.ofSeconds(1), 10);

        for (String answer : List.of("null", "{}", "[1", "{\"ending\":\"exited\"")) {
            var sandbox = new FunctionSandbox((_, _, _) -> answer.getBytes(UTF_8), "sandbox");
            assertThatThrownBy(() -> sandbox.run(request, DEADLINE))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContaining("no readable answer");
        }
        assertThatThrownBy(() -> AnswerWire.read("null".getBytes(UTF_8))).isInstanceOf(MalformedJsonException.class);
    }
}
