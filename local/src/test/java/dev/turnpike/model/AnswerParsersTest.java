package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.model.AnswerParsers.Parsed;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What `mvn -q -Pjmh` measures is the same work.
class AnswerParsersTest {
    private final byte[] stream = RecordedAnswer.bytes();

    @Test
    @DisplayName("openai-java, langchain4j and this project read the same answer of the same bytes")
    void allReadTheSameAnswerOfTheSameBytes() throws Exception {
        var answer = new Parsed(RecordedAnswer.text(), 1_997);

        assertThat(AnswerParsers.ours(stream).parse()).isEqualTo(answer);
        assertThat(AnswerParsers.openAiJava(stream).parse()).isEqualTo(answer);
        assertThat(AnswerParsers.langChain4j(stream).parse()).isEqualTo(answer);
    }

    @Test
    @DisplayName("The recording has the events it says, of about 255 bytes each")
    void theRecordingHasTheEventsItSaysOfAboutTheirSize() {
        List<String> events = List.of(new String(stream, UTF_8).split("\n\n"));

        assertThat(events).hasSize(RecordedAnswer.EVENTS + 1).last().isEqualTo("data: [DONE]");
        assertThat(stream.length / RecordedAnswer.EVENTS).isBetween(245, 265);
    }
}
