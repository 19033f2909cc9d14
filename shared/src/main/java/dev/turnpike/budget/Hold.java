package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one attempt of a model call may cost at most, kept free in the accounts of whoever pays for it.
///
/// @param inputTokens of its prompt, at most
/// @param perMinute whether it also counts in its minute, which matters to few
/// @param at when it was taken: it counts in the periods of that moment, whenever it is settled
/// @param until from then on its attempt can't be alive
public record Hold(
        RunKey run,
        int step,
        long fence,
        String model,
        long inputTokens,
        Amount amount,
        boolean perMinute,
        Instant at,
        Instant until) {

    /// What it takes of a cap.
    public long of(Cap cap) {
        return amount.in(cap.unit());
    }

    /// Whether it is another attempt's.
    public boolean isOf(RunKey key, int attemptStep, long attemptFence) {
        return run.equals(key) && step == attemptStep && fence == attemptFence;
    }

    /// What is left of a balance once these are given back.
    ///
    /// @param at the moment whose periods the balance is of
    public static Balance givenBack(Balance balance, List<Hold> holds, Instant at) {
        Map<Period, Amount> used = new EnumMap<>(Period.class);
        balance.used().forEach((period, amount) -> {
            Amount held = holds.stream()
                    .filter(hold -> period.name(hold.at()).equals(period.name(at)))
                    .filter(hold -> period != Period.MINUTE || hold.perMinute())
                    .map(Hold::amount)
                    .reduce(Amount.NONE, Amount::plus);
            used.put(period, new Amount(amount.micros() - held.micros(), amount.tokens() - held.tokens()));
        });
        return new Balance(used);
    }
}
