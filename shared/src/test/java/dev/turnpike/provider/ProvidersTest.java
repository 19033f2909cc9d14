package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvidersTest {
    private final Calls first = new Calls();
    private final Calls groq = new Calls();
    private final Calls own = new Calls();
    private final Providers providers = new Providers(
            new Provider("first", _ -> true, first),
            List.of(
                    new Provider("groq", model -> model.startsWith("llama"), groq),
                    new Provider("own", model -> model.equals("org/tuned"), own)));

    private Served asked(String model) throws ModelException {
        return providers.stream(
                        Calls.request(model),
                        Deadline.in(Duration.ofMinutes(1), new SettableClock(Calls.NOON)),
                        _ -> {})
                .served();
    }

    @Test
    void aNameMaySayWhoseItIs() throws Exception {
        assertThat(asked("groq/llama-3")).isEqualTo(Served.by("groq/llama-3"));
        assertThat(groq.models()).containsExactly("llama-3");
    }

    @Test
    void otherwiseWhoeverServesItIsAsked() throws Exception {
        assertThat(asked("llama-3")).isEqualTo(Served.by("groq/llama-3"));
        assertThat(asked("org/tuned")).isEqualTo(Served.by("own/org/tuned"));
        assertThat(groq.models()).containsExactly("llama-3");
        assertThat(own.models()).containsExactly("org/tuned");
    }

    @Test
    void theFirstProviderServesTheRestUnderItsOwnNames() throws Exception {
        assertThat(asked("gpt-4o")).isEqualTo(Served.by("gpt-4o"));
        assertThat(asked("groq/gpt-4o")).isEqualTo(Served.by("groq/gpt-4o"));
        assertThat(first.models()).containsExactly("gpt-4o", "groq/gpt-4o");
    }

    @Test
    void aProviderIsAskedForItsTierAndSaysInWhichItServed() throws Exception {
        List<ModelRequest> requests = new ArrayList<>();
        ModelClient serving = (request, deadline, events) -> {
            requests.add(request);
            return first.stream(request, deadline, events).servedBy(new Served(request.model(), "flex", false));
        };
        var tiered = new Providers(new Provider("first", _ -> true, new InTier(serving, "flex")), List.of());

        Served served = tiered.stream(
                        Calls.request("gpt-4o"),
                        Deadline.in(Duration.ofMinutes(1), new SettableClock(Calls.NOON)),
                        _ -> {})
                .served();

        assertThat(requests)
                .singleElement()
                .satisfies(request -> assertThat(request.parameters()).containsEntry("service_tier", "\"flex\""));
        assertThat(served).isEqualTo(new Served("gpt-4o", "flex", false));
    }

    @Test
    void aFailureSaysWhatFailed() {
        groq.fails(Kind.UNAVAILABLE);
        ModelException failure = catchThrowableOfType(ModelException.class, () -> asked("llama-3"));
        assertThat(failure.served("gpt-4o")).isEqualTo(Served.by("groq/llama-3"));
    }

    @Test
    void oneModelIsOneTargetHoweverItIsNamed() {
        assertThat(providers.target("llama-3").id()).isEqualTo("groq/llama-3");
        assertThat(providers.target("groq/llama-3").id()).isEqualTo("groq/llama-3");
        assertThat(providers.target("gpt-4o").id()).isEqualTo("first/gpt-4o");
    }
}
