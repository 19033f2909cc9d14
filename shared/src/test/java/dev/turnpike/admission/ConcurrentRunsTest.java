package dev.turnpike.admission;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Payer;
import dev.turnpike.budget.ConcurrentRuns.Full;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.Run;
import dev.turnpike.run.StoreUnavailableException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConcurrentRunsTest {
    private static final String MODEL = "gpt-4o-mini";
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";

    private final Workbench bench = new Workbench();

    private void limit(Map<Scope, Integer> most) {
        bench.applicant = new Applicant(Workbench.TENANT, Workbench.APPLICANT.payer(), List.of(), most);
    }

    @Test
    @DisplayName("Row 49: of ten thousand runs of one tenant only as many are let in as it may have, and others are not"
            + " asked to wait")
    void aFloodOfOneTenantIsBounded() {
        limit(Map.of(Scope.TENANT, 20));
        int admitted = 0;
        for (int i = 0; i < 10_000; i++) {
            admitted += bench.admit(IN_BACKGROUND, MODEL) instanceof Admission.Admitted ? 1 : 0;
        }
        bench.applicant = new Applicant("tenant-2", new Payer("key2", ""), List.of(), Map.of(Scope.TENANT, 20));

        assertThat(admitted).isEqualTo(20);
        assertThat(bench.admit(IN_BACKGROUND, MODEL)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void noMoreRunsAreLetInThanMayBeUnfinished() {
        limit(Map.of(Scope.KEY, 2));
        bench.post(IN_BACKGROUND);
        bench.post(IN_BACKGROUND);

        assertThat(bench.admit(IN_BACKGROUND, MODEL)).isEqualTo(new Admission.TooManyRuns(new Full(Scope.KEY, 2)));

        bench.work();
        assertThat(bench.admit(IN_BACKGROUND, MODEL)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void anyNumberIsLetInWithoutALimit() {
        limit(Map.of(Scope.KEY, 0));

        for (int i = 0; i < 5; i++) {
            bench.post(IN_BACKGROUND);
        }

        assertThat(bench.calls.count("takePlace")).isZero();
    }

    @Test
    void whoIsRefusedByOneTakesNoPlaceWithAnother() {
        limit(Map.of(Scope.USER, 5, Scope.TENANT, 1));
        bench.post(IN_BACKGROUND);
        for (int i = 0; i < 8; i++) {
            assertThat(bench.admit(IN_BACKGROUND, MODEL)).isInstanceOf(Admission.TooManyRuns.class);
        }
        limit(Map.of(Scope.USER, 5));

        assertThat(bench.admit(IN_BACKGROUND, MODEL)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void aRunThatWasNotCreatedHasNoPlace() {
        limit(Map.of(Scope.KEY, 1));
        bench.model.plays(says("Hello."));
        Run first = bench.post(IN_BACKGROUND);
        bench.work();
        bench.calls.hitNext("create", Fault.REFUSED);
        try {
            bench.admit(IN_BACKGROUND, MODEL);
        } catch (StoreUnavailableException _) {
            // Its place is found to be nobody's.
        }

        assertThat(bench.now(first).status().terminal()).isTrue();
        assertThat(bench.admit(IN_BACKGROUND, MODEL)).isInstanceOf(Admission.Admitted.class);
    }
}
