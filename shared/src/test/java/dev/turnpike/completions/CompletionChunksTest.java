package dev.turnpike.completions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.admission.Admission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.sse.SseWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Chunks as a reader gets them while the engine works.
class CompletionChunksTest {
    private static final String STREAMED =
            "\"stream\":true,\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\"}]";

    private final Workbench bench = new Workbench(CountedTool.readOnly("calculate"));
    private final Wire wire = new Wire();

    private Run run(String fields) {
        CompletionRequest request = Chats.with(fields);
        var deadline = Deadline.in(Workbench.INVOCATION, bench.clock);
        var application = new Application(
                Workbench.APPLICANT,
                request.request(),
                request.input(),
                new History.None(),
                bench.engine.firstLease(deadline),
                null,
                null);
        if (!(bench.admission.admit(application) instanceof Admission.Admitted(Run created, var input))) {
            throw new AssertionError("the request was not let in");
        }
        bench.engine.start(created, input, deadline, chunks(created, request.includeUsage()));
        return bench.only();
    }

    private CompletionChunks chunks(Run run, boolean includeUsage) {
        return new CompletionChunks(
                new SseWriter(wire),
                new CompletionWriter(new ResponseWriter(Chats.MAPPER, _ -> Optional.empty())),
                run,
                includeUsage);
    }

    @Test
    void everyChunkIsOneWriteAndOneFlush() {
        bench.model.plays(Script.says("Hel", "lo."));
        run("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        assertThat(wire.calls).hasSize(10);
        for (int i = 0; i < wire.calls.size(); i += 2) {
            assertThat(wire.calls.get(i)).startsWith("data: ").endsWith("\n\n");
            assertThat(wire.calls.get(i + 1)).isEqualTo("flush");
        }
        assertThat(wire.calls.get(8)).isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void nothingIsWrittenBeforeTheModelSpeaks() {
        bench.model.plays(
                Script.says("Hello.").beforeEach(() -> assertThat(wire.calls).isEmpty()));
        run(STREAMED);
        assertThat(wire.calls).isNotEmpty();
    }

    @Test
    void textIsPartedWhereAToolOfOursRanAndNowhereElse() {
        bench.model.plays(
                Script.streams(
                                new StreamEvent.TextDelta("One"),
                                new StreamEvent.ReasoningDelta("hm"),
                                new StreamEvent.TextDelta(" two."),
                                new StreamEvent.ToolCallStarted(0, "call_0", "calculate"),
                                new StreamEvent.ToolCallDelta(0, "{}"))
                        .ending(FinishReason.TOOL_CALLS),
                Script.calls("calculate"),
                Script.says("Three", "."));
        run(STREAMED);
        assertThat(wire.all())
                .contains("{\"role\":\"assistant\",\"content\":\"One\"}")
                .contains("{\"content\":\" two.\"}", "{\"content\":\"\\n\\nThree\"}", "{\"content\":\".\"}")
                .contains("{\"reasoning_content\":\"hm\"}")
                .doesNotContain("calculate");
    }

    @Test
    @DisplayName("Row 44: a run whose reader has gone away finishes, is stored and billed once")
    void aReaderThatGoesAwayStopsNothing() {
        wire.writesLeft = 1;
        bench.model.plays(Script.says("Hel", "lo", "."));
        Run run = run("\"stream\":true");
        assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.store.ledger(run.key())).hasSize(1);
        assertThat(wire.all()).contains("\"Hel\"").doesNotContain("\"lo\"", "[DONE]");
    }

    @Test
    @DisplayName("Row 3: a lone surrogate becomes U+FFFD, everything else is shown as it is")
    void textIsShownAsItIs() {
        bench.model.plays(Script.says("\u0000 \" \\ \u2028 é 😀 \ud800"));
        run("\"stream\":true");
        assertThat(wire.all()).contains("\"content\":\"\\u0000 \\\" \\\\ \u2028 é 😀 \uFFFD\"");
    }

    @Test
    void aStreamThatFailsEndsWithoutAnEnd() {
        bench.model.plays(Script.says("Hello."));
        Run run = run("\"stream\":true");
        wire.calls.clear();
        chunks(run, false).failed(ApiException.upstream(502, "upstream_error", "Say \"when\"."));
        assertThat(wire.all())
                .isEqualTo(
                        "data: {\"error\":{\"message\":\"Say"
                            + " \\\"when\\\".\",\"type\":\"server_error\",\"param\":null,\"code\":\"upstream_error\"}}\n\n");
    }

    /// Notes every write and flush, until the reader has gone.
    private static final class Wire extends OutputStream {
        private final List<String> calls = new ArrayList<>();
        private int writesLeft = Integer.MAX_VALUE;

        @Override
        public void write(int b) {
            throw new IllegalStateException("a byte for itself");
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            if (writesLeft-- <= 0) {
                throw new IOException("the reader has gone");
            }
            calls.add(new String(bytes, from, count, UTF_8));
        }

        @Override
        public void flush() {
            calls.add("flush");
        }

        String all() {
            return String.join("", calls).replace("flush", "");
        }
    }
}
