package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.tool.Calls;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.FunctionInvoker;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LambdaToolTest {
    private static final Instant NOW = Calls.CONTEXT.deadline().minusSeconds(30);

    /// A function that answers what it was told to, and remembers what it was asked.
    private static final class Scripted implements FunctionInvoker {
        final List<String> payloads = new ArrayList<>();
        final List<Instant> deadlines = new ArrayList<>();
        private final String answer;

        Scripted(String answer) {
            this.answer = answer;
        }

        @Override
        public byte[] invoke(String function, byte[] payload, Instant deadline) {
            payloads.add(function + " " + new String(payload, UTF_8));
            deadlines.add(deadline);
            return answer.getBytes(UTF_8);
        }
    }

    private static Tool<String> tool(FunctionInvoker functions, String more) {
        String json =
                "[{\"kind\":\"lambda\",\"name\":\"book\",\"description\":\"Books.\",\"parameters\":{\"type\":\"object\"},\"function\":\"booking\""
                        + more + "}]";
        var definition = (Definition.Lambda) DefinitionReader.read(json).getFirst();
        return new LambdaTool(definition, functions, InstantSource.fixed(NOW));
    }

    @Test
    void theFunctionGetsTheCallAndItsContext() throws ToolException {
        var function = new Scripted("\"booked\"");
        Tool<String> tool = tool(function, "");

        assertThat(tool.call("{\"city\":\"Bern\"}", Calls.CONTEXT)).isEqualTo("booked");

        assertThat(function.payloads)
                .containsExactly("booking {\"tool\":\"book\",\"arguments\":{\"city\":\"Bern\"},\"context\":{\"tenant\":"
                        + "\"tenant-1\",\"user\":\"user-1\",\"conversation\":\"conv-1\",\"run\":\"resp_1\","
                        + "\"idempotency_key\":\"resp_1#0#call_1\"},\"dry_run\":false}");
        assertThat(function.deadlines).containsExactly(Calls.CONTEXT.deadline());
        assertThat(tool.kind()).isEqualTo(Kind.LAMBDA);
        assertThat(tool.effect()).isEqualTo(Effect.ONCE);
    }

    @Test
    void itsOwnLimitIsShorterThanTheDeadline() throws ToolException {
        var function = new Scripted("\"\"");
        var _ = tool(function, ",\"timeout_seconds\":5").call("{}", Calls.CONTEXT);
        assertThat(function.deadlines).containsExactly(NOW.plusSeconds(5));
    }

    @Test
    void anOutputIsShownAndAnErrorIsTheToolsOwnWord() throws ToolException {
        assertThat(tool(new Scripted("{\"output\":\"text\"}"), "").call("{}", Calls.CONTEXT))
                .isEqualTo("text");
        assertThat(tool(new Scripted("{\"output\":{\"id\":7}}"), "").call("{}", Calls.CONTEXT))
                .isEqualTo("{\"id\":7}");
        ToolException refused = failure("{\"error\":\"Bern is full\"}");
        assertThat(refused).hasMessage("Bern is full");
        assertThat(refused.isOutcomeUnknown()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "7", "[]", "{}", "{\"result\":1}", "not json"})
    void whatCannotBeUnderstoodHasAnUnknownOutcome(String answer) {
        assertThat(failure(answer).isOutcomeUnknown()).isTrue();
    }

    private static ToolException failure(String answer) {
        return catchThrowableOfType(
                ToolException.class, () -> tool(new Scripted(answer), "").call("{}", Calls.CONTEXT));
    }

    @Test
    void aDryRunReachesOnlyAFunctionThatKnowsOfIt() throws ToolException {
        var function = new Scripted("\"would book\"");

        assertThat(tool(function, "").preview("{}", Calls.CONTEXT)).contains("booking", "not known");
        assertThat(function.payloads).isEmpty();
        assertThat(tool(function, ",\"dry_run\":true").preview("{}", Calls.CONTEXT))
                .isEqualTo("would book");
        assertThat(function.payloads.getFirst()).contains("\"dry_run\":true");
    }

    @Test
    void anApprovalHoldsForOneDefinition() {
        var function = new Scripted("");
        String before = tool(function, "").boundTo(Calls.CONTEXT);
        assertThat(tool(function, "").boundTo(Calls.CONTEXT)).isEqualTo(before);
        assertThat(tool(function, ",\"effect\":\"repeatable\"").boundTo(Calls.CONTEXT))
                .isNotEqualTo(before);
        assertThat(tool(function, "").compensation("{}", "", Calls.CONTEXT)).isEqualTo(Optional.empty());
    }
}
