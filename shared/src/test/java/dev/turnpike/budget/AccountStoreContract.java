package dev.turnpike.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.budget.AccountStore.Holding;
import dev.turnpike.budget.AccountStore.Holding.Refused;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every store of accounts must do.
public abstract class AccountStoreContract {
    protected static final Instant NOON = Instant.parse("2026-11-28T12:00:30Z");
    private static final RunKey RUN =
            new RunKey(new ConversationKey("tenant-1", "01k0000000000000000000000c"), "01k0000000000000000000000r");
    protected static final Account TENANT = new Account("tenant-1", Scope.TENANT, "");
    private static final Holding HELD = new Holding.Held();

    protected AccountStore store;

    /// An empty store.
    protected abstract AccountStore open();

    /// The same as keeper of places.
    protected abstract RunPlaces places();

    /// Gives an account caps of its own.
    protected abstract void give(Account account, List<Cap> caps);

    @BeforeEach
    void start() {
        store = open();
    }

    protected static Hold hold(int step, long micros, long tokens) {
        return hold(step, micros, tokens, NOON);
    }

    protected static Hold hold(int step, long micros, long tokens, Instant at) {
        return new Hold(RUN, step, 3, "groq/llama|3", 17, new Amount(micros, tokens), true, at, at.plusSeconds(900));
    }

    private static List<Cap> caps(String... caps) {
        return List.of(caps).stream().map(Cap::parse).toList();
    }

    private Balance settled(Account account, Hold probe) {
        store.hold(account, probe, List.of());
        return store.settle(account, probe, Amount.NONE).orElseThrow().balance();
    }

    @Test
    void whatIsHeldCountsAsUsed() {
        assertThat(store.hold(TENANT, hold(0, 600, 60), caps("tenant=1000tokens", "tenant/day=0.001usd")))
                .isEqualTo(HELD);

        Holding second = store.hold(TENANT, hold(1, 600, 60), caps("tenant=1000tokens", "tenant/day=0.001usd"));

        assertThat(second).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.balance().in(Period.DAY)).isEqualTo(new Amount(600, 60));
            assertThat(refused.holds()).containsExactly(hold(0, 600, 60));
            assertThat(refused.caps()).isEqualTo(caps("tenant=1000tokens", "tenant/day=0.001usd"));
        });
    }

    @Test
    void aCapMayBeUsedToTheLast() {
        assertThat(store.hold(TENANT, hold(0, 400, 0), caps("tenant=0.001usd"))).isEqualTo(HELD);
        assertThat(store.hold(TENANT, hold(1, 600, 0), caps("tenant=0.001usd"))).isEqualTo(HELD);
        assertThat(store.hold(TENANT, hold(2, 1, 0), caps("tenant=0.001usd"))).isInstanceOf(Refused.class);
    }

    @Test
    void whatIsMoreThanACapIsRefusedThoughNothingIsUsed() {
        assertThat(store.hold(TENANT, hold(0, 1_001, 0), caps("tenant=0.001usd")))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.balance())
                                .extracting(balance -> balance.in(Period.TOTAL))
                                .isEqualTo(Amount.NONE));
        assertThat(store.holds(TENANT)).isEmpty();
    }

    @Test
    void whatWasUsedTakesTheHoldsPlace() {
        store.hold(TENANT, hold(0, 600, 60), List.of());
        store.hold(TENANT, hold(1, 300, 30), List.of());

        assertThat(store.settle(TENANT, hold(0, 600, 60), new Amount(27, 12)))
                .hasValueSatisfying(
                        after -> assertThat(after.balance().in(Period.TOTAL)).isEqualTo(new Amount(27, 12)));

        assertThat(store.holds(TENANT)).containsExactly(hold(1, 300, 30));
        assertThat(store.hold(TENANT, hold(2, 674, 0), caps("tenant=0.001usd"))).isInstanceOf(Refused.class);
        assertThat(store.hold(TENANT, hold(2, 673, 0), caps("tenant=0.001usd"))).isEqualTo(HELD);
    }

    @Test
    void moreMayHaveBeenUsedThanWasHeld() {
        store.hold(TENANT, hold(0, 600, 60), List.of());

        store.settle(TENANT, hold(0, 600, 60), new Amount(900, 70));

        assertThat(settled(TENANT, hold(9, 1, 1)).in(Period.MONTH)).isEqualTo(new Amount(900, 70));
    }

    @Test
    void aHoldThatIsRepeatedIsHeldOnce() {
        store.hold(TENANT, hold(0, 600, 60), caps("tenant=0.001usd"));

        assertThat(store.hold(TENANT, hold(0, 600, 60), caps("tenant=0.001usd")))
                .isEqualTo(HELD);

        assertThat(store.holds(TENANT)).hasSize(1);
        store.settle(TENANT, hold(0, 600, 60), Amount.NONE);
        assertThat(settled(TENANT, hold(9, 1, 1)).in(Period.TOTAL)).isEqualTo(Amount.NONE);
    }

    @Test
    void aHoldIsSettledOnce() {
        store.hold(TENANT, hold(0, 600, 60), List.of());
        store.settle(TENANT, hold(0, 600, 60), new Amount(27, 12));

        assertThat(store.settle(TENANT, hold(0, 600, 60), new Amount(27, 12))).isEmpty();
        assertThat(store.settle(TENANT, hold(5, 600, 60), new Amount(27, 12))).isEmpty();

        assertThat(settled(TENANT, hold(9, 1, 1)).in(Period.TOTAL)).isEqualTo(new Amount(27, 12));
    }

    @Test
    void eachPeriodBeginsWithNothing() {
        store.hold(TENANT, hold(0, 600, 60), List.of());
        Instant nextMinute = NOON.plusSeconds(60);
        Instant nextDay = NOON.plus(Duration.ofDays(1));
        Instant nextMonth = NOON.plus(Duration.ofDays(5));

        assertThat(store.hold(TENANT, hold(1, 600, 60, nextMinute), caps("tenant/minute=100tokens")))
                .isEqualTo(HELD);
        assertThat(store.hold(TENANT, hold(2, 600, 60, nextMinute), caps("tenant/minute=100tokens")))
                .isInstanceOf(Refused.class);
        assertThat(store.hold(TENANT, hold(2, 600, 60, nextDay), caps("tenant/day=100tokens")))
                .isEqualTo(HELD);
        assertThat(store.hold(TENANT, hold(3, 600, 60, nextMonth), caps("tenant/month=100tokens")))
                .isEqualTo(HELD);
        assertThat(store.hold(TENANT, hold(4, 600, 60, nextMonth), caps("tenant=299tokens")))
                .isInstanceOf(Refused.class);
    }

    @Test
    void aHoldCountsInThePeriodThatItWasTakenIn() {
        Instant midnight = Instant.parse("2026-11-29T00:00:00Z");
        Hold late = hold(0, 600, 60, midnight.minusSeconds(1));
        store.hold(TENANT, late, List.of());

        store.settle(TENANT, late, new Amount(500, 50));

        assertThat(settled(TENANT, hold(9, 1, 1, midnight)).in(Period.DAY)).isEqualTo(Amount.NONE);
        assertThat(settled(TENANT, hold(9, 1, 1, midnight.minusSeconds(1))).in(Period.DAY))
                .isEqualTo(new Amount(500, 50));
    }

    @Test
    void capsOfTheAccountsOwnComeBeforeThoseOfTheCaller() {
        give(TENANT, caps("tenant=0.000500usd", "key=1tokens"));
        assertThat(store.hold(TENANT, hold(0, 600, 60), caps("tenant=0.001usd", "tenant/day=100tokens")))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.caps())
                                .isEqualTo(caps("tenant=0.000500usd", "tenant/day=100tokens")));
        assertThat(store.holds(TENANT)).isEmpty();

        give(TENANT, caps("tenant=0.002usd"));
        assertThat(store.hold(TENANT, hold(0, 1_600, 60), caps("tenant=0.001usd")))
                .isEqualTo(HELD);
    }

    @ParameterizedTest
    @EnumSource
    void accountsOfEveryScopeLieApart(Scope scope) {
        String id = scope == Scope.TENANT ? "" : "01k0000000000000000000000c/01k0000000000000000000000r";
        for (Scope other : Scope.values()) {
            String name = other == Scope.TENANT ? "" : "01k0000000000000000000000c/01k0000000000000000000000r";
            if (other != scope) {
                store.hold(new Account("tenant-1", other, name), hold(0, 600, 60), List.of());
            }
        }
        store.hold(new Account("tenant-2", scope, id + "x"), hold(0, 600, 60), List.of());

        assertThat(store.holds(new Account("tenant-1", scope, id))).isEmpty();
    }

    private static RunKey run(int number) {
        return new RunKey(RUN.conversation(), "%026d".formatted(number));
    }

    @Test
    void placesAreTakenUntilThereAreNoMore() {
        assertThat(places().take(TENANT, run(1), 2)).isEmpty();
        assertThat(places().take(TENANT, run(2), 2)).isEmpty();
        assertThat(places().take(TENANT, run(3), 2))
                .hasValueSatisfying(others -> assertThat(others).containsExactly(run(1), run(2)));

        places().free(TENANT, List.of(run(1), run(9)));

        assertThat(places().take(TENANT, run(3), 2)).isEmpty();
        assertThat(places().take(TENANT, run(3), 2)).isEmpty();
        assertThat(places().take(TENANT, run(4), 2))
                .hasValueSatisfying(others -> assertThat(others).containsExactly(run(2), run(3)));
        places().free(TENANT, List.of(run(2), run(3)));
        places().free(TENANT, List.of(run(2)));
        assertThat(places().take(TENANT, run(5), 1)).isEmpty();
    }

    @Test
    void manyAtOnceTakeNoMorePlacesThanThereAre() throws Exception {
        List<Callable<Boolean>> takes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            RunKey run = run(i);
            takes.add(() -> places().take(TENANT, run, 7).isEmpty());
        }
        int taken = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> take : threads.invokeAll(takes)) {
                taken += take.get() ? 1 : 0;
            }
        }

        assertThat(taken).isEqualTo(7);
    }

    @Test
    void manyAtOnceNeverHoldMoreThanTheCap() throws Exception {
        List<Callable<Holding>> holds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Hold hold = hold(i, 100, 10);
            holds.add(() -> store.hold(TENANT, hold, caps("tenant=0.001usd")));
        }
        int held = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Holding> holding : threads.invokeAll(holds)) {
                held += holding.get().equals(HELD) ? 1 : 0;
            }
        }

        assertThat(held).isEqualTo(10);
        assertThat(store.holds(TENANT)).hasSize(10);
    }
}
