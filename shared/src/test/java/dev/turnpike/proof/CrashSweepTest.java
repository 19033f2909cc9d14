package dev.turnpike.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.MemoryStore.Flaw;
import dev.turnpike.proof.CrashSweep.Report;
import dev.turnpike.proof.Story.Way;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// One story, told once for every call of a port and everything that can go wrong with it.
class CrashSweepTest {
    @ParameterizedTest
    @EnumSource
    void aRunSurvivesAnyFaultOfAnyCall(Way way) {
        survives(new CrashSweep(way, null).one());
    }

    @Tag("nightly")
    @ParameterizedTest
    @EnumSource
    void aRunSurvivesAnyTwoFaults(Way way) {
        survives(new CrashSweep(way, null).two());
    }

    /// For turns it has too few who wait.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "TURNS_IN_NO_ORDER")
    void theSweepFindsAStoreThatIsFlawed(Flaw flaw) {
        for (Way way : Way.values()) {
            assertThat(new CrashSweep(way, flaw).one().violations())
                    .as("%s, %s", way, flaw)
                    .isNotEmpty();
        }
    }

    private static void survives(Report report) {
        System.out.println(report);
        assertThat(report.violations()).isEmpty();
    }
}
