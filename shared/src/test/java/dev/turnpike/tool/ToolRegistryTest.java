package dev.turnpike.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.builtin.BuiltInTools;
import dev.turnpike.builtin.NotesInMemory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolRegistryTest {
    private final ToolRegistry builtIn =
            ToolRegistry.of(BuiltInTools.all(new NotesInMemory(), InstantSource.fixed(Instant.EPOCH)));

    @Test
    void toolsKeepTheirOrderAndTheirEffect() {
        assertThat(builtIn.names()).containsExactly("current_time", "calculate", "remember", "recall");
        assertThat(builtIn.effect("current_time")).isEqualTo(Effect.READ_ONLY);
        assertThat(builtIn.effect("calculate")).isEqualTo(Effect.READ_ONLY);
        assertThat(builtIn.effect("remember")).isEqualTo(Effect.REPEATABLE);
        assertThat(builtIn.effect("recall")).isEqualTo(Effect.READ_ONLY);
        assertThat(registry(() -> "").effect("scripted")).isEqualTo(Effect.ONCE);
        assertThat(builtIn.effect("no_such_tool")).isEqualTo(Effect.READ_ONLY);
        assertThat(builtIn.find("calculate")).isPresent();
        assertThat(builtIn.find("no_such_tool")).isEmpty();
    }

    /// Named by a jar, which makes it with this constructor.
    public static final class Installed implements Tool<Installed.NoArguments> {
        public record NoArguments() {}

        @Override
        public String name() {
            return "installed";
        }

        @Override
        public String description() {
            return "Comes in a jar.";
        }

        @Override
        public ToolSchema<NoArguments> arguments() {
            return ToolSchema.of(NoArguments.class);
        }

        @Override
        public String call(NoArguments arguments, ToolContext context) {
            return "called";
        }
    }

    @Test
    void aJarBesideOursBringsItsTools(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(Tool.class.getName()), Installed.class.getName());
        Tool<?> ours = new Calls.Scripted("ours", () -> "");
        ClassLoader mine = ToolRegistryTest.class.getClassLoader();

        try (var jars = new URLClassLoader(new URL[] {jar.toUri().toURL()}, mine)) {
            assertThat(ToolRegistry.withInstalled(List.of(ours), jars).names()).containsExactly("ours", "installed");
        }
        assertThat(ToolRegistry.withInstalled(List.of(ours), mine).names()).containsExactly("ours");
    }

    @Test
    void onlyAllowedToolsAreSpecified() {
        assertThat(builtIn.specs(Set.of("recall", "current_time", "no_such_tool")))
                .extracting(ToolSpec::name)
                .containsExactly("current_time", "recall");
        assertThat(builtIn.specs(Set.of())).isEmpty();
        Tool<?> calculate = builtIn.find("calculate").orElseThrow();
        assertThat(builtIn.specs(Set.of("calculate")).getFirst())
                .isEqualTo(new ToolSpec(
                        "calculate",
                        calculate.description(),
                        calculate.arguments().json(),
                        null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space", "ümlaut", "a/b", "x\n"})
    void anIllFormedNameIsRefused(String name) {
        assertThatThrownBy(() -> ToolRegistry.of(List.of(new Calls.Scripted(name, () -> ""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesAreUniqueAndAtMost64Characters() {
        Tool<?> tool = new Calls.Scripted("a".repeat(64), () -> "");
        assertThat(ToolRegistry.of(List.of(tool)).names()).containsExactly("a".repeat(64));
        assertThatThrownBy(() -> ToolRegistry.of(List.of(tool, tool))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ToolRegistry.of(List.of(new Calls.Scripted("a".repeat(65), () -> ""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aToolThatSucceedsGivesItsText() {
        assertThat(builtIn.run("calculate", "{\"expression\": \"6*7\"}", Calls.CONTEXT))
                .isEqualTo(new ToolOutcome.Done("42"));
    }

    @Test
    void primingRunsNoTool() {
        registry(() -> {
                    throw new AssertionError("ran");
                })
                .prime();
        builtIn.prime();
        assertThat(builtIn.run("recall", "{}", Calls.CONTEXT))
                .isEqualTo(new ToolOutcome.Done("There are no notes yet."));
    }

    @Test
    void anUnknownToolIsAnsweredWithThoseThatExist() {
        assertThat(failure(builtIn.run("delete_everything", "{}", Calls.CONTEXT)))
                .isEqualTo(new ToolOutcome.Failed(
                        "delete_everything",
                        ToolOutcome.Reason.UNKNOWN_TOOL,
                        "There is no tool \"delete_everything\". Tools: current_time, calculate, remember, recall",
                        null));
    }

    @DisplayName("fault 26: invalid arguments go back to the model and the tool does not run")
    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"x\": 1}", "\"\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})
    void invalidArgumentsGoBackToTheModel(String arguments) {
        ToolRegistry registry = registry(() -> {
            throw new AssertionError("ran");
        });
        ToolOutcome.Failed failure = failure(registry.run("scripted", arguments, Calls.CONTEXT));
        assertThat(failure.reason()).isEqualTo(ToolOutcome.Reason.INVALID_ARGUMENTS);
        assertThat(failure.text()).startsWith("Invalid arguments for scripted: ");
        assertThat(failure.cause()).isNull();
    }

    @Test
    void whatAToolRefusesIsToldInItsWords() {
        ToolOutcome.Failed failure =
                failure(builtIn.run("current_time", "{\"zone\": \"Europe/Atlantis\"}", Calls.CONTEXT));
        assertThat(failure.reason()).isEqualTo(ToolOutcome.Reason.REFUSED);
        assertThat(failure.text())
                .isEqualTo("current_time: unknown time zone \"Europe/Atlantis\"; use an IANA name such as"
                        + " Europe/Berlin, or UTC");
    }

    @DisplayName("fault 29: whatever a tool throws is a failed outcome without the internal message")
    @Test
    void aBrokenToolFailsNeutrally() {
        neutral(() -> {
            throw new IllegalStateException("password=hunter2");
        });
        neutral(() -> {
            throw new OutOfMemoryError("password=hunter2");
        });
        neutral(() -> {
            throw new AssertionError("password=hunter2");
        });
        neutral(() -> "never ends " + deeper(1));
    }

    private void neutral(Supplier<String> behaviour) {
        ToolOutcome.Failed failure = failure(registry(behaviour).run("scripted", "{}", Calls.CONTEXT));
        assertThat(failure.tool()).isEqualTo("scripted");
        assertThat(failure.reason()).isEqualTo(ToolOutcome.Reason.BROKEN);
        assertThat(failure.text()).isEqualTo("scripted failed with an internal error.");
        assertThat(failure.cause()).isNotNull();
    }

    private static int deeper(int depth) {
        return depth == Integer.MAX_VALUE ? depth : 1 + deeper(depth + 1);
    }

    @DisplayName("fault 29: 50 MB of output are cut with a notice")
    @Test
    void hugeOutputIsCut() {
        assertThat(done(() -> "x".repeat(50_000_000)).text())
                .hasSizeLessThan(ToolText.MAX_CHARS + 100)
                .startsWith("xxx")
                .endsWith("x\n[Cut: these are the first 100,000 of 50,000,000 characters.]");
        assertThat(done(() -> "x".repeat(ToolText.MAX_CHARS)).text()).hasSize(ToolText.MAX_CHARS);
    }

    @Test
    void theCutNeverSplitsASurrogatePair() {
        assertThat(done(() -> "x" + "👍".repeat(ToolText.MAX_CHARS)).text())
                .startsWith("x👍")
                .doesNotContain("\ufffd");
    }

    @DisplayName("fault 29: binary output becomes valid text")
    @Test
    void binaryOutputBecomesValidText() {
        assertThat(done(() -> "a\0b\ud800c\udc00 👍 ü").text()).isEqualTo("a\ufffdb\ufffdc\ufffd 👍 ü");
    }

    private static ToolRegistry registry(Supplier<String> behaviour) {
        return ToolRegistry.of(List.of(new Calls.Scripted("scripted", behaviour)));
    }

    private static ToolOutcome done(Supplier<String> behaviour) {
        ToolOutcome outcome = registry(behaviour).run("scripted", "{}", Calls.CONTEXT);
        assertThat(outcome).isInstanceOf(ToolOutcome.Done.class);
        return outcome;
    }

    private static ToolOutcome.Failed failure(ToolOutcome outcome) {
        return assertThat(outcome)
                .asInstanceOf(InstanceOfAssertFactories.type(ToolOutcome.Failed.class))
                .actual();
    }
}
