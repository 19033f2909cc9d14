package dev.turnpike.canary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.canary.CanaryWatch.Tee;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/// The watch itself can fail: leaks are planted here, in streams of the test's own.
class CanaryWatchTest {
    private final ByteArrayOutputStream passedOn = new ByteArrayOutputStream();
    private final Tee tee = new Tee();
    private final PrintStream stream = tee.over(new PrintStream(passedOn, true, UTF_8));

    @Test
    void aSecretInALineOfTheLogIsFound() {
        stream.println("{\"message\":\"refused: Bearer " + Canaries.PROVIDER_KEY + "\"}");

        assertThatThrownBy(() -> Canaries.assertClean("the log", tee.take()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the log");
    }

    @Test
    void twentyCharactersOfAProvidersTextAreFoundAndNineteenAreNot() {
        String text = Canaries.PROVIDER_TEXT;

        assertThat(Canaries.in("It said: " + text.substring(30, 50) + "...")).hasSize(1);
        assertThat(Canaries.in("It said: " + text.substring(30, 49) + "...")).isEmpty();
        assertThat(Canaries.in(text)).hasSize(text.length() - 19);
    }

    @Test
    void whatIsWrittenInTwoPiecesIsFoundThoughATestEndsBetweenThem() {
        stream.print(Canaries.ADMIN_KEY.substring(0, 15));
        assertThat(Canaries.in(tee.take())).isEmpty();
        stream.print(Canaries.ADMIN_KEY.substring(15));

        assertThat(Canaries.in(tee.take())).isNotEmpty();
    }

    @Test
    void aCleanLineIsPassedOnAsItIs() {
        stream.print("caf\u00e9 and a line");

        assertThat(passedOn.toString(UTF_8)).isEqualTo("caf\u00e9 and a line");
        assertThat(Canaries.in(tee.take())).isEmpty();
    }

    @Test
    void theStandardStreamsAreWatched() {
        assertThat(System.out).isSameAs(new Tee().over(System.out));
        assertThat(System.err).isSameAs(new Tee().over(System.err));
        assertThat(stream).isNotSameAs(System.out);
    }
}
