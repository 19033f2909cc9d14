package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.tokens.Usage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.junit.jupiter.api.Test;

final class AnswerReaderTest {
    private static final String LOW = "data: {\"choices\":[{\"delta\":{\"content\":\"Low tide\"}}]}\n\n";
    private static final String STOP = "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n";

    private final Accumulator answer = new Accumulator(_ -> {}, () -> "gen");
    private final AnswerReader reader = new AnswerReader(answer, "harbour-2", 1_000);

    @Test
    void aConnectionThatBreaksAfterTheFinishReasonLeavesACompleteAnswer() throws Exception {
        reader.read(breakingAfter(LOW + STOP));

        assertThat(answer.answer(Usage.NONE, Served.by("m")).text()).isEqualTo("Low tide");
    }

    @Test
    void aConnectionThatBreaksBeforeItLeavesNone() {
        assertThatThrownBy(() -> reader.read(breakingAfter(LOW))).isInstanceOf(IOException.class);
    }

    @Test
    void aReasonToFinishIsNotYetTheEnd() throws Exception {
        reader.read(bytes(LOW + STOP + "data: {\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}\n\n"));

        assertThat(answer.usage()).isEqualTo(Usage.reported(4, 0, 2, 0));
    }

    @Test
    void nothingIsReadBeyondTheEndMark() throws Exception {
        reader.read(breakingAfter(LOW + STOP + "data: [DONE]\n\n"));

        assertThat(answer.finished()).isTrue();
    }

    @Test
    void anAnswerLongerThanAllowedIsCut() throws Exception {
        reader.read(bytes(LOW.repeat(1_000)));

        assertThat(answer.size()).isBetween(1_000L, 1_010L);
        assertThat(answer.answer(Usage.NONE, Served.by("m")).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void endlessCallsWithoutArgumentsAreCutToo() throws Exception {
        String call = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"n\"}}]}}]}\n\n";

        reader.read(bytes(call.repeat(1_000)));

        assertThat(answer.answer(Usage.NONE, Served.by("m")).toolCalls()).hasSizeLessThan(20);
    }

    @Test
    void anEventOrADocumentWithoutEndIsUnreadable() {
        String endless = "x".repeat(9 << 20);

        assertThatThrownBy(() -> reader.read(bytes("data: " + endless)))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREADABLE));
        assertThatThrownBy(() -> reader.read(bytes("{\"" + endless)))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREADABLE));
    }

    @Test
    void deepNestingAndLongNumbersAreUnreadable() {
        assertThatThrownBy(() -> reader.read(bytes("data: {\"a\":" + "[".repeat(100_000) + "\n\n")))
                .isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> reader.read(bytes("data: {\"created\":" + "9".repeat(100_000) + "}\n\n")))
                .isInstanceOf(ModelException.class);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static InputStream breakingAfter(String text) {
        return new SequenceInputStream(bytes(text), new BrokenStream());
    }

    private static final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("connection reset");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return read();
        }
    }
}
