package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Unit;
import dev.turnpike.budget.AccountStore.Holding.Refused;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What the caps leave that stood against a call.
///
/// @param now beside all that is used and held
/// @param ever beside all that is used, once nothing is held
/// @param tightest the cap that leaves least of its amount
record Room(Amount now, Amount ever, Cap tightest) {
    private static final Amount ANY = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);

    private record Left(Cap cap, long now, long ever) {
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
        List<Left> left =
                refusals.stream().flatMap(refused -> Left.of(refused, at)).toList();
        Amount now = ANY;
        Amount ever = ANY;
        for (Left each : left) {
            now = narrowed(now, each.cap().unit(), each.now());
            ever = narrowed(ever, each.cap().unit(), each.ever());
        }
        return new Room(
                now,
                ever,
                left.stream()
                        .min(Comparator.comparingDouble(Left::part))
                        .orElseThrow()
                        .cap());
    }

    private static Amount narrowed(Amount room, Unit unit, long left) {
        return switch (unit) {
            case USD -> new Amount(Math.min(room.micros(), left), room.tokens());
            case TOKENS -> new Amount(room.micros(), Math.min(room.tokens(), left));
        };
    }
}
