package dev.turnpike.access;

import dev.turnpike.access.Accounts.Both;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.KeyStore.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a caller stands who asks for a run.
///
/// @param requests the tightest limit of requests; empty where none counts
/// @param tokens the tightest rate of tokens; as above
/// @param warnings caps that are nearly used up, each with how far, as `key/day 83%`
/// @param uncounted why a request is not counted; null when it is
public record Standing(
        Optional<Rate> requests,
        Optional<Rate> tokens,
        List<String> warnings,
        @Nullable Throwable uncounted) {
    /// Of whoever asks for no run.
    static final Standing NONE = new Standing(Optional.empty(), Optional.empty(), List.of(), null);

    /// @param name of what it bounds: `key`, `user/day`
    /// @param left never less than 0
    /// @param reset until it begins anew
    public record Rate(String name, long limit, long left, boolean exceeded, Duration reset) {
        /// What refuses, and for longest, or else what will be met first.
        static final Comparator<Rate> TIGHTEST_FIRST = Comparator.comparing((Rate rate) -> !rate.exceeded)
                .thenComparing(rate -> rate.exceeded ? rate.reset.negated() : Duration.ZERO)
                .thenComparingLong(Rate::left)
                .thenComparingLong(Rate::limit);
    }

    /// A cap, and what is used of it with what is held for calls that are being made.
    ///
    /// @param balance empty for a cap of runs or conversations, each of which has its own; for one of a user where
    ///     there is none, too
    public record Capped(Cap cap, Optional<Balance> balance) {}

    static List<Capped> capped(List<Cap> caps, Seen key, Both accounts) {
        return caps.stream()
                .map(cap -> new Capped(cap, balance(cap.scope(), key, accounts)))
                .toList();
    }

    /// @param used requests of this minute, with this one and with those that were refused
    static Rate requests(String name, long limit, long used, Instant now) {
        return new Rate(name, limit, Math.max(0, limit - used), used > limit, untilNext(Cap.Period.MINUTE, now));
    }

    /// @param caps that count for the caller's runs
    static Standing of(
            List<Rate> requests,
            List<Cap> caps,
            Seen key,
            Both accounts,
            List<Integer> warnAtPercent,
            Instant now,
            @Nullable Throwable uncounted) {
        List<Rate> tokens = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Cap cap : caps) {
            balance(cap.scope(), key, accounts).ifPresent(balance -> {
                if (cap.isRate()) {
                    tokens.add(tokens(cap, balance, now));
                }
                warning(cap, caps, balance, warnAtPercent).ifPresent(warnings::add);
            });
        }
        return new Standing(
                requests.stream().min(Rate.TIGHTEST_FIRST),
                tokens.stream().min(Rate.TIGHTEST_FIRST),
                warnings,
                uncounted);
    }

    private static Optional<Balance> balance(Scope scope, Seen key, Both accounts) {
        return switch (scope) {
            case KEY -> Optional.of(key.used());
            case USER ->
                key.key().owner().hasUser() ? Optional.of(accounts.user().used()) : Optional.empty();
            case TENANT -> Optional.of(accounts.tenant().used());
            // Nobody knows yet which.
            case RUN, CONVERSATION -> Optional.empty();
        };
    }

    private static Rate tokens(Cap cap, Balance balance, Instant now) {
        long left = Math.max(0, balance.left(cap));
        return new Rate(cap.name(), cap.amount(), left, left == 0, untilNext(cap.period(), now));
    }

    private static Duration untilNext(Cap.Period period, Instant now) {
        return Duration.between(now, period.next(now).orElse(now));
    }

    private static Optional<String> warning(Cap cap, List<Cap> caps, Balance balance, List<Integer> warnAtPercent) {
        long used = balance.used(cap);
        int percent = cap.amount() == 0 ? 100 : (int) Math.min(999, Math.floor(100.0 * used / cap.amount()));
        if (warnAtPercent.stream().noneMatch(at -> percent >= at)) {
            return Optional.empty();
        }
        boolean twice = caps.stream().anyMatch(other -> other.name().equals(cap.name()) && other.unit() != cap.unit());
        String unit = twice ? " " + cap.unit().name().toLowerCase(Locale.ROOT) : "";
        return Optional.of(cap.name() + unit + " " + percent + "%");
    }
}
