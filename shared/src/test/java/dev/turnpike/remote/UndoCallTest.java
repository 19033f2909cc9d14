package dev.turnpike.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tool.Calls;
import dev.turnpike.tool.Compensation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UndoCallTest {
    private static Optional<Compensation> undo(String arguments, String output) {
        var undo = new UndoCall("cancel", RemoteJson.MAPPER.readTree(arguments));
        return undo.of("{\"city\":\"Bern\",\"seats\":2}", output, Calls.CONTEXT);
    }

    @Test
    void whatIsKnownOfTheCallTakesItsPlaces() {
        assertThat(undo(
                        "{\"id\":\"{output.booking.id}\",\"why\":\"not {arguments.city},"
                                + " {arguments.seats}\",\"n\":[\"{arguments.seats}\"]}",
                        "{\"booking\":{\"id\":7}}"))
                .contains(new Compensation("cancel", "{\"id\":7,\"why\":\"not Bern, 2\",\"n\":[2]}"));
        assertThat(undo("{\"key\":\"{idempotency_key}\",\"all\":\"{output}\"}", "booked"))
                .contains(new Compensation(
                        "cancel", "{\"key\":\"" + Calls.CONTEXT.idempotencyKey() + "\",\"all\":\"booked\"}"));
        assertThat(undo("{\"first\":\"{output.0.id}\"}", "[{\"id\":\"x\"}]"))
                .contains(new Compensation("cancel", "{\"first\":\"x\"}"));
    }

    @Test
    void withoutAValueThereIsNoCall() {
        assertThat(undo("{\"id\":\"{output.id}\"}", "booked")).isEmpty();
        assertThat(undo("{\"id\":\"x{output.id}\"}", "{}")).isEmpty();
        assertThat(undo("{\"id\":[\"{arguments.id}\"]}", "{}")).isEmpty();
    }
}
