package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Unit;
import dev.turnpike.budget.AccountStore.Holding.Refused;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What the caps leave that stood against a call.
///
/// @param now beside all that is used and held
/// @param ever beside all that is used, once nothing is held
/// @param whole once nothing is used
/// @param left of each cap, once nothing is held; those that leave least of their amount come first, and those of
///     longer periods
record Room(Amount now, Amount ever, Amount whole, List<Left> left) {
    private static final Amount ANY = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);

    record Left(Cap cap, long now, long ever) {
        static Stream<Left> of(Refused refused, Instant at) {
            Balance settled = Hold.givenBack(refused.balance(), refused.holds(), at);
            return refused.caps().stream()
                    .map(cap -> new Left(cap, refused.balance().left(cap), settled.left(cap)));
        }

        double part() {
            return cap.amount() == 0 ? 0 : (double) ever / cap.amount();
        }
    }

    static Room in(List<Refused> refusals, Instant at) {
        List<Left> left = refusals.stream()
                .flatMap(refused -> Left.of(refused, at))
                .sorted(Comparator.comparing((Left each) -> each.cap().period())
                        .reversed()
                        .thenComparingDouble(Left::part))
                .toList();
        Amount now = ANY;
        Amount ever = ANY;
        Amount whole = ANY;
        for (Left each : left) {
            now = narrowed(now, each.cap().unit(), each.now());
            ever = narrowed(ever, each.cap().unit(), each.ever());
            whole = narrowed(whole, each.cap().unit(), each.cap().amount());
        }
        return new Room(now, ever, whole, left);
    }

    /// The first cap that stands in the way by itself: one that no time will lift comes before one of a minute.
    ///
    /// @param stands whether what a cap leaves is too little
    Cap hindering(Predicate<Amount> stands) {
        return left.stream()
                .filter(each -> stands.test(narrowed(ANY, each.cap().unit(), each.ever())))
                .findFirst()
                .orElse(left.getFirst())
                .cap();
    }

    private static Amount narrowed(Amount room, Unit unit, long left) {
        return switch (unit) {
            case USD -> new Amount(Math.min(room.micros(), left), room.tokens());
            case TOKENS -> new Amount(room.micros(), Math.min(room.tokens(), left));
        };
    }
}
