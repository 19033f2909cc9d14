package dev.turnpike.model;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tokens.Usage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Answers as providers really send them, in `src/test/resources/sse`: each `.sse` gives what its `.expected` says,
/// wherever the network cuts it in two.
final class AnswerFixturesTest {
    @TestFactory
    @DisplayName("Row 24: framing does not change an answer")
    Stream<DynamicTest> row24FramingDoesNotChangeAnAnswer() {
        return fixtures("framing");
    }

    @TestFactory
    @DisplayName("Row 25: a malformed chunk fails the call")
    Stream<DynamicTest> row25AMalformedChunkFailsTheCall() {
        return fixtures("malformed");
    }

    @TestFactory
    @DisplayName("Row 25: missing, empty and unknown fields are tolerated")
    Stream<DynamicTest> row25MissingEmptyAndUnknownFieldsAreTolerated() {
        return fixtures("fields");
    }

    @TestFactory
    @DisplayName("Row 25: usage is counted once, wherever it comes")
    Stream<DynamicTest> row25UsageIsCountedOnceWhereverItComes() {
        return fixtures("usage");
    }

    @TestFactory
    Stream<DynamicTest> reasoningIsCountedOnceWhateverItIsCalled() {
        return fixtures("reasoning");
    }

    @TestFactory
    Stream<DynamicTest> piecesOfToolCallsAreMergedInOrderOfFirstAppearance() {
        return fixtures("tools");
    }

    @TestFactory
    Stream<DynamicTest> anAnswerThatFailedOrBrokeOffIsNeverACompleteOne() {
        return fixtures("failures");
    }

    @TestFactory
    Stream<DynamicTest> aBodyThatIsNoStreamIsReadForWhatItIs() {
        return fixtures("transport");
    }

    private static Stream<DynamicTest> fixtures(String folder) {
        URI uri = uri("/sse/" + folder);
        try (Stream<Path> files = Files.list(Path.of(uri))) {
            return files.filter(file -> file.toString().endsWith(".sse")).sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(name(file), () -> holdsAtEveryCut(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URI uri(String resource) {
        try {
            return Objects.requireNonNull(AnswerFixturesTest.class.getResource(resource))
                    .toURI();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".sse", "").replace('-', ' ');
    }

    private static void holdsAtEveryCut(Path file) throws IOException {
        byte[] body = Files.readAllBytes(file);
        String expected = Files.readString(Path.of(file.toString().replace(".sse", ".expected")))
                .strip();
        for (int cut = 0; cut <= body.length; cut++) {
            String result = result(cutIn(body, cut));
            if (!result.equals(expected)) {
                assertThat(result).as("cut at byte %d", cut).isEqualTo(expected);
            }
        }
        assertThat(result(byteByByte(body))).as("byte by byte").isEqualTo(expected);
    }

    private static InputStream cutIn(byte[] body, int cut) {
        return new SequenceInputStream(
                new ByteArrayInputStream(body, 0, cut), new ByteArrayInputStream(body, cut, body.length - cut));
    }

    private static InputStream byteByByte(byte[] body) {
        return new ByteArrayInputStream(body) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1));
            }
        };
    }

    private static String result(InputStream body) throws IOException {
        var events = new ArrayList<StreamEvent>();
        var generated = new AtomicInteger();
        var answer = new Accumulator(events::add, () -> "gen_" + generated.incrementAndGet());
        try {
            new AnswerReader(answer, "harbour-2", 1_000_000).read(body);
            answer.end();
        } catch (ModelException e) {
            boolean leaks = String.valueOf(e.getMessage()).contains("quux");
            return (leaks ? "leaks: " : "fails: ") + e.kind() + line("text", text(events));
        }
        ModelAnswer whole = answer.answer(answer.usage() == null ? Usage.NONE : answer.usage(), answer.served("m"));
        return replayed(events).equals(kept(whole)) ? render(whole) : "shown " + replayed(events) + ", kept " + whole;
    }

    private static String render(ModelAnswer answer) {
        return "finish: "
                + answer.finishReason()
                + line("reasoning", answer.reasoning())
                + line("text", answer.text())
                + line("refusal", answer.refusal())
                + answer.toolCalls().stream()
                        .map(call -> line("call", render(call)))
                        .collect(joining())
                + line("usage", answer.usage().equals(Usage.NONE) ? "" : render(answer.usage()))
                + line("written", written(answer.usage()))
                + line("tier", answer.served().serviceTier());
    }

    private static String written(Usage usage) {
        return usage.cacheWriteTokens() == 0 ? "" : String.valueOf(usage.cacheWriteTokens());
    }

    private static String render(Usage usage) {
        return "input %d, cached %d, output %d, reasoning %d"
                .formatted(usage.inputTokens(), usage.cachedTokens(), usage.outputTokens(), usage.reasoningTokens());
    }

    private static String line(String name, String value) {
        return value.isEmpty() ? "" : "\n" + name + ": " + value;
    }

    /// What is shown while it arrives is, joined, what is kept.
    private static List<String> replayed(List<StreamEvent> events) {
        var text = new StringBuilder();
        var calls = new ArrayList<String>();
        for (StreamEvent event : events) {
            switch (event) {
                case StreamEvent.TextDelta(String delta) -> text.append(delta);
                case StreamEvent.Alive _, StreamEvent.Warning _ -> {}
                case StreamEvent.ToolCallStarted started -> calls.add(started.callId() + " " + started.name() + " ");
                case StreamEvent.ToolCallDelta(int call, String delta) -> calls.set(call, calls.get(call) + delta);
                case StreamEvent.RefusalDelta _, StreamEvent.ReasoningDelta _ -> {}
            }
        }
        calls.add(text.toString());
        return calls;
    }

    private static List<String> kept(ModelAnswer answer) {
        return Stream.concat(answer.toolCalls().stream().map(AnswerFixturesTest::render), Stream.of(answer.text()))
                .toList();
    }

    private static String render(ModelAnswer.ToolCall call) {
        return call.callId() + " " + call.name() + " " + call.arguments();
    }

    private static String text(List<StreamEvent> events) {
        return events.stream()
                .map(event -> event instanceof StreamEvent.TextDelta(String text) ? text : "")
                .collect(joining());
    }
}
