package dev.turnpike.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.Calls;
import dev.turnpike.tool.ToolException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotesTest {
    private final NotesInMemory notes = new NotesInMemory();

    @Test
    void whatIsRememberedCanBeRecalled() throws ToolException {
        assertThat(remember("colour", "blue")).isEqualTo("Remembered \"colour\".");
        assertThat(recall("colour")).isEqualTo("blue");
    }

    @Test
    void rememberingAgainReplaces() throws ToolException {
        remember("colour", "blue");
        remember(" colour ", "red");
        assertThat(recall("colour ")).isEqualTo("red");
        assertThat(recall(null)).isEqualTo("colour: red");
    }

    @Test
    void withoutANameAllNotesAreRecalled() throws ToolException {
        assertThat(recall(null)).isEqualTo("There are no notes yet.");
        remember("colour", "blue");
        remember("animal", "owl");
        assertThat(recall(null)).isEqualTo("animal: owl\ncolour: blue");
        assertThat(recall("")).isEqualTo("animal: owl\ncolour: blue");
    }

    @Test
    void aNoteThatIsNotThereIsAnsweredWithThoseThatAre() throws ToolException {
        assertThatThrownBy(() -> recall("colour"))
                .isInstanceOf(ToolException.class)
                .hasMessage("no note is called \"colour\"; there are no notes yet");
        remember("animal", "owl");
        assertThatThrownBy(() -> recall("colour"))
                .isInstanceOf(ToolException.class)
                .hasMessage("no note is called \"colour\"; notes: animal");
    }

    @Test
    void notesStayWithTheirConversationAndTenant() throws ToolException {
        remember("colour", "blue");
        Recall.Arguments all = new Recall.Arguments(null);
        assertThat(new Recall(notes).call(all, Calls.in("tenant-1", "conv-2"))).isEqualTo("There are no notes yet.");
        assertThat(new Recall(notes).call(all, Calls.in("tenant-2", "conv-1"))).isEqualTo("There are no notes yet.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "two\nlines"})
    void aNameIsOneLine(String name) {
        assertThatThrownBy(() -> remember(name, "x")).isInstanceOf(ToolException.class);
    }

    @Test
    void namesTextsAndTheirNumberAreBounded() throws ToolException {
        assertThatThrownBy(() -> remember("n".repeat(65), "x")).isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> remember("n", "x".repeat(4_001)))
                .isInstanceOf(ToolException.class)
                .hasMessage("the text has 4,001 characters, at most 4,000 are kept; shorten it or split it");
        for (int i = 0; i < 100; i++) {
            remember("note " + i, "x");
        }
        assertThatThrownBy(() -> remember("one more", "x"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("100 notes");
        remember("note 7", "y");
        assertThat(recall("note 7")).isEqualTo("y");
    }

    @Test
    void loneSurrogatesAreReplacedBeforeTheyAreStored() throws ToolException {
        remember("n\ud800", "a\udc00b\0");
        assertThat(recall("n\ufffd")).isEqualTo("a\ufffdb\ufffd");
    }

    private String remember(String name, String text) throws ToolException {
        return new Remember(notes).call(new Remember.Arguments(name, text), Calls.CONTEXT);
    }

    private String recall(@Nullable String name) throws ToolException {
        return new Recall(notes).call(new Recall.Arguments(name), Calls.CONTEXT);
    }
}
