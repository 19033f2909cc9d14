package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagsTest {
    @Test
    void withoutFlagsTheStackListensOn8080AndKeepsNothing() {
        StackOptions options = Flags.parse().options(Map.of());
        assertThat(options.port()).isEqualTo(8080);
        assertThat(options.directory()).isEmpty();
        assertThat(options.running().processes()).isFalse();
        assertThat(options.running().environments()).isEqualTo(64);
    }

    @Test
    void everyFlagChangesItsOption() {
        StackOptions options = Flags.parse("--port", "9000", "--persist", "data", "--processes", "--environments", "3")
                .options(Map.of("MODEL", "m"));
        assertThat(options.port()).isEqualTo(9000);
        assertThat(options.directory()).hasValue(Path.of("data"));
        assertThat(options.running().processes()).isTrue();
        assertThat(options.running().environments()).isEqualTo(3);
        assertThat(options.environment()).containsEntry("MODEL", "m");
    }

    @Test
    void theFolderOfPersistMayBeLeftOut() {
        assertThat(Flags.parse("--persist", "--port", "1").directory()).hasValue(Path.of(".turnpike"));
        assertThat(Flags.parse("--persist").directory()).hasValue(Path.of(".turnpike"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --prot 9          | There is no flag --prot. --help lists them.
        --port            | --port takes a number from 0 to 65535.
        --port x          | --port takes a number from 0 to 65535.
        --environments 0  | --environments takes a number from 1 to 1000.
        """)
    void whatIsWrongIsToldInASentence(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Flags.parse(line.strip().split(" ", -1)))
                .withMessage(message);
    }
}
