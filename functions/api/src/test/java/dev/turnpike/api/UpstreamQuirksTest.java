package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.Repository;
import dev.turnpike.model.ChatCompletionsClient;
import dev.turnpike.model.Dialect;
import dev.turnpike.model.ModelSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Answers as providers really send them reach clients of both APIs as the fixtures of `model` say, wherever the
/// network
/// cuts them.
@Timeout(120)
class UpstreamQuirksTest {
    private static final long SEED = Long.getLong("turnpike.seed", 20_261_125);
    private static final int RANDOM_CUTS = 3;
    private static final String FIXTURES = "shared/src/test/resources/sse";

    /// One of each kind; the others are cut at random places.
    private static final List<String> CUT_EVERYWHERE = List.of(
            "framing/crlf.sse", "framing/utf-8.sse", "tools/calls-interleaved.sse", "failures/error-event-crlf.sse");

    /// The tools that the fixtures call.
    private static final List<String> TOOLS = List.of("tide_times", "now", "note");

    private static PieceProvider provider;
    private static ChatCompletionsClient client;

    /// One `.sse` file and what its `.expected` file says.
    private static final class Fixture {
        private final String name;
        private final byte[] body;
        private final Shown expected;

        Fixture(Path file) throws IOException {
            name = Repository.path(FIXTURES).relativize(file).toString().replace('\\', '/');
            body = Files.readAllBytes(file);
            expected = Shown.expected(Repository.read(Path.of(file.toString().replace(".sse", ".expected"))));
        }

        String contentType() {
            return switch (name.substring(0, name.indexOf('-') + 1)) {
                case "transport/json-" -> "application/json";
                case "transport/html-" -> "text/html";
                default -> "text/event-stream";
            };
        }

        /// @param cuts in ascending order
        List<byte[]> pieces(int... cuts) {
            List<byte[]> pieces = new ArrayList<>();
            int from = 0;
            for (int cut : cuts) {
                pieces.add(Arrays.copyOfRange(body, from, cut));
                from = cut;
            }
            pieces.add(Arrays.copyOfRange(body, from, body.length));
            return pieces;
        }
    }

    /// How a client asks.
    private enum Way {
        RESPONSE,
        RESPONSE_STREAM,
        COMPLETION,
        COMPLETION_STREAM
    }

    @BeforeAll
    static void open() throws IOException {
        provider = new PieceProvider();
        var wait = Duration.ofSeconds(30);
        var settings =
                new ModelSettings("openai", provider.baseUri(), () -> "", true, wait, wait, wait, Dialect.COMPATIBLE);
        client = new ChatCompletionsClient(settings, String::length, Clock.systemUTC());
    }

    @AfterAll
    static void close() throws IOException {
        client.reset();
        provider.close();
    }

    @TestFactory
    @DisplayName("Rows 19, 24, 25: every quirk of a provider reaches clients as what it means, wherever it is cut")
    Stream<DynamicTest> everyQuirkReachesClientsAsWhatItMeans() throws IOException {
        return fixtures().map(fixture -> DynamicTest.dynamicTest(fixture.name, () -> holdsAtRandomCuts(fixture)));
    }

    @TestFactory
    @DisplayName("Row 24: no cut between two bytes changes what a client is shown")
    Stream<DynamicTest> noCutChangesWhatAClientIsShown() throws IOException {
        return fixtures()
                .filter(fixture -> CUT_EVERYWHERE.contains(fixture.name))
                .map(fixture -> DynamicTest.dynamicTest(fixture.name, () -> holdsAtEveryCut(fixture)));
    }

    private static Stream<Fixture> fixtures() throws IOException {
        Path folder = Repository.path(FIXTURES);
        List<Fixture> fixtures = new ArrayList<>();
        for (Path file : Repository.filesEndingWith(".sse")) {
            if (file.startsWith(folder)) {
                fixtures.add(new Fixture(file));
            }
        }
        assertThat(fixtures.stream().map(fixture -> fixture.name)).containsAll(CUT_EVERYWHERE);
        return fixtures.stream();
    }

    private static void holdsAtRandomCuts(Fixture fixture) throws IOException {
        var bench = new Bench(client);
        var random = new Random(SEED ^ fixture.name.hashCode());
        for (Way way : Way.values()) {
            for (int i = 0; i < RANDOM_CUTS; i++) {
                int[] cuts = random.ints(random.nextInt(1, 12), 0, fixture.body.length + 1)
                        .sorted()
                        .toArray();
                holds(bench, fixture, way, cuts);
            }
        }
    }

    private static void holdsAtEveryCut(Fixture fixture) throws IOException {
        var bench = new Bench(client);
        int[] everywhere = IntStream.range(1, fixture.body.length).toArray();
        for (int cut : everywhere) {
            holds(bench, fixture, Way.values()[cut % Way.values().length], cut);
        }
        for (Way way : Way.values()) {
            holds(bench, fixture, way, everywhere);
        }
    }

    private static void holds(Bench bench, Fixture fixture, Way way, int... cuts) throws IOException {
        provider.answers(fixture.contentType(), fixture.pieces(cuts));
        try {
            holds(bench, fixture.expected, way);
        } catch (AssertionError failure) {
            throw new AssertionError("%s cut at %s, seed %d".formatted(way, Arrays.toString(cuts), SEED), failure);
        }
    }

    private static void holds(Bench bench, Shown expected, Way way) throws IOException {
        switch (way) {
            case RESPONSE -> {
                Answer answer = bench.create(responseRequest(false));
                if (expected.failed()) {
                    assertThat(Shown.error(answer)).isEqualTo(expected.onlyTheEnd());
                } else {
                    isRight(Shown.response(answer.json()), wholeCalls(expected));
                }
            }
            case RESPONSE_STREAM -> isRightStream(bench.create(responseRequest(true)), wholeCalls(expected));
            case COMPLETION -> {
                Answer answer = bench.complete(chatRequest(false));
                if (expected.failed()) {
                    assertThat(Shown.error(answer)).isEqualTo(expected.onlyTheEnd());
                } else {
                    isRight(Shown.completion(answer.json()), expected);
                }
            }
            case COMPLETION_STREAM -> isRightChunks(bench.complete(chatRequest(true)), expected);
        }
    }

    /// The deltas and the final object tell the same.
    private static void isRightStream(Answer answer, Shown expected) {
        List<JsonNode> events = answer.events();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.hasEnded()).isTrue();
        assertThat(events.stream().map(event -> event.path("sequence_number").asInt()))
                .containsExactlyElementsOf(
                        IntStream.range(0, events.size()).boxed().toList());
        assertThat(answer.eventTypes().contains("error")).isEqualTo(expected.failed());
        isRight(Shown.responseEvents(events), expected);
        isRight(Shown.response(events.getLast().path("response")), expected.withoutCode());
    }

    /// What fails before its first chunk is told with a status. What chunks have shown of a call can't be taken back;
    /// without a finish reason no client makes it.
    private static void isRightChunks(Answer answer, Shown expected) {
        assertThat(answer.hasEnded()).isEqualTo(!expected.failed());
        if (answer.status() != 200) {
            assertThat(Shown.error(answer)).isEqualTo(expected);
            return;
        }
        Shown shown = Shown.chunks(answer.events());
        isRight(shown.failed() ? shown.withoutCalls() : shown, expected);
    }

    /// Of an answer that was cut off no call counts. Chat Completions has no status for a call, and tells it by the
    /// finish
    /// reason.
    private static Shown wholeCalls(Shown expected) {
        return expected.end().equals("tool_calls") ? expected : expected.withoutCalls();
    }

    /// What no provider counted is estimated.
    private static void isRight(Shown shown, Shown expected) {
        boolean reported = !expected.usage().isEmpty();
        assertThat(reported ? shown : shown.withoutUsage()).isEqualTo(expected);
        if (!expected.failed()) {
            assertThat(shown.usage()).matches("input [1-9]\\d*, cached \\d+, output \\d+, reasoning \\d+");
        }
    }

    private static String responseRequest(boolean stream) {
        String tools = String.join(
                ",",
                TOOLS.stream()
                        .map(name -> "{\"type\":\"function\",\"name\":\"" + name + "\"}")
                        .toList());
        return "{\"model\":\"gpt-4o\",\"input\":\"When is low tide?\",\"stream\":" + stream + ",\"tools\":[" + tools
                + "]}";
    }

    private static String chatRequest(boolean stream) {
        String tools = String.join(
                ",",
                TOOLS.stream()
                        .map(name -> "{\"type\":\"function\",\"function\":{\"name\":\"" + name + "\"}}")
                        .toList());
        String options = stream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "";
        return "{\"model\":\"gpt-4o\"," + options
                + "\"messages\":[{\"role\":\"user\",\"content\":\"When is low tide?\"}],\"tools\":[" + tools + "]}";
    }
}
