package dev.turnpike.budget;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Unit;
import dev.turnpike.budget.Account.Capped;
import dev.turnpike.budget.AccountStore.Holding;
import dev.turnpike.budget.AccountStore.Holding.Refused;
import dev.turnpike.budget.AccountStore.Settled;
import dev.turnpike.budget.Permit.Held;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps model calls within the caps of their runs. Before a call the most that it may cost is held in each account
/// that pays for it, each by one conditional write; after it, what it cost takes the hold's place. So what is used and
/// what is held never exceed a cap together, however many calls are made at once.
///
/// A hold whose attempt died stays until its call can't be going on any more, and then becomes a ledger row: an
/// estimate of what it used, and the rest of the hold as what it may have used beside that.
public final class Budget {
    /// A lower limit of output is not worth its prompt.
    private static final int LEAST_OUTPUT_TOKENS = 256;

    private static final int MOST_TRIES = 8;
    private static final Duration HOLDS_LAST = Duration.ofSeconds(2);

    private final AccountStore accounts;
    private final LostHolds lost;
    private final WorstCase worst;
    private final List<Integer> warnAtPercent;
    private final Supplier<ExecutorService> threads;

    /// @param warnAtPercent of a cap, rising
    /// @param threads for the accounts of one call
    public Budget(
            AccountStore accounts,
            LostHolds lost,
            WorstCase worst,
            List<Integer> warnAtPercent,
            Supplier<ExecutorService> threads) {
        this.accounts = accounts;
        this.lost = lost;
        this.worst = worst;
        this.warnAtPercent = warnAtPercent;
        this.threads = threads;
    }

    /// Asks for a call.
    ///
    /// @param until when it is over at the latest
    /// @param waits whether whoever asks can wait for others' holds; otherwise the call makes do with what is free
    public Permit ask(Run run, ModelRequest request, Instant now, Instant until, boolean waits) {
        List<Capped> payers = Account.of(run);
        if (payers.isEmpty()) {
            return new Permit.Granted(request, Held.NOTHING);
        }
        boolean money = payers.stream().flatMap(payer -> payer.caps().stream()).anyMatch(cap -> cap.unit() == Unit.USD);
        Optional<String> unpriced = money ? worst.unpriced(request.model(), now) : Optional.empty();
        return unpriced.<Permit>map(Permit.Unpriced::new)
                .orElseGet(() -> ask(new Asked(run, payers, request, worst.outputLimit(request), now, until, waits)));
    }

    private record Asked(
            Run run, List<Capped> payers, ModelRequest request, int wanted, Instant now, Instant until, boolean waits) {
        Hold hold(long inputTokens, Amount amount) {
            boolean perMinute = run.limits().caps().stream().anyMatch(cap -> cap.period() == Period.MINUTE);
            return new Hold(
                    run.key(), run.step(), run.fence(), request.model(), inputTokens, amount, perMinute, now, until);
        }

        Permit granted(long outputTokens, Hold hold) {
            return new Permit.Granted(request.limited((int) outputTokens), new Held(hold, outputTokens < wanted));
        }
    }

    /// A prompt is counted only once its size does not fit. What does not fit then may be in the way of old holds.
    private Permit ask(Asked asked) {
        ModelRequest request = asked.request();
        long input = worst.sizedInput(request);
        Attempt next = new Attempt.Try(asked.wanted());
        boolean counted = false;
        for (int tries = 0; tries < MOST_TRIES && next instanceof Attempt.Try(long output); tries++) {
            Hold hold = asked.hold(input, worst.of(request.model(), input, output, asked.now()));
            List<Refused> refusals = hold(asked.payers(), hold);
            if (refusals.isEmpty()) {
                return asked.granted(output, hold);
            }
            if (!counted) {
                input = Math.min(input, worst.countedInput(request));
                counted = true;
            } else if (!lost.end(refusals, asked.now())) {
                next = next(asked, Room.in(refusals, asked.now()), input);
            }
        }
        return next instanceof Attempt.End(Permit permit) ? permit : busy(asked);
    }

    private sealed interface Attempt {
        record Try(long outputTokens) implements Attempt {}

        record End(Permit permit) implements Attempt {}
    }

    /// What to do about caps that stood in the way. Whoever can wait does not make do with less because of what others
    /// hold, since most of that comes free.
    private Attempt next(Asked asked, Room room, long input) {
        ModelRequest request = asked.request();
        int wanted = asked.wanted();
        long least = Math.min(wanted, LEAST_OUTPUT_TOKENS);
        long ever = worst.outputWithin(room.ever(), request.model(), input, wanted, asked.now());
        long now = worst.outputWithin(room.now(), request.model(), input, wanted, asked.now());
        if (ever < least) {
            Cap cap = room.hindering(
                    left -> worst.outputWithin(left, request.model(), input, wanted, asked.now()) < least);
            // What is more than a whole minute's fits in no other minute.
            boolean never = worst.outputWithin(room.whole(), request.model(), input, wanted, asked.now()) < least;
            return new Attempt.End(
                    cap.period() == Period.MINUTE && !never
                            ? new Permit.Busy(
                                    cap, Period.MINUTE.next(asked.now()).orElseThrow())
                            : new Permit.Met(cap));
        }
        long acceptable = asked.waits() ? ever : least;
        return now >= acceptable
                ? new Attempt.Try(Math.min(now, ever))
                : new Attempt.End(new Permit.Busy(
                        room.hindering(left -> true), asked.now().plus(HOLDS_LAST)));
    }

    private static Permit busy(Asked asked) {
        return new Permit.Busy(
                asked.payers().getFirst().caps().getFirst(), asked.now().plus(HOLDS_LAST));
    }

    /// Holds in all of the accounts, or in none.
    ///
    /// @return what stood in the way
    private List<Refused> hold(List<Capped> payers, Hold hold) {
        List<Holding> holdings = together(payers, capped -> accounts.hold(capped.account(), hold, capped.caps()));
        List<Refused> refusals = new ArrayList<>();
        for (Holding holding : holdings) {
            if (holding instanceof Refused refused) {
                refusals.add(refused);
            }
        }
        if (!refusals.isEmpty()) {
            for (int i = 0; i < payers.size(); i++) {
                if (holdings.get(i) instanceof Holding.Held) {
                    accounts.settle(payers.get(i).account(), hold, Amount.NONE);
                }
            }
        }
        return refusals;
    }

    private <A, T> List<T> together(List<A> each, Function<A, T> call) {
        if (each.size() == 1) {
            return List.of(call.apply(each.getFirst()));
        }
        try (ExecutorService executor = threads.get()) {
            List<Future<T>> calls = each.stream()
                    .map(one -> executor.submit(() -> call.apply(one)))
                    .toList();
            List<T> answers = new ArrayList<>();
            for (Future<T> one : calls) {
                answers.add(answer(one));
            }
            return answers;
        }
    }

    private static <T> T answer(Future<T> call) {
        try {
            return call.get();
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof RuntimeException ours ? ours : new IllegalStateException(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an account was asked", interrupt);
        }
    }

    /// Ends what was held for a call.
    ///
    /// @param row what the ledger has of it; null when nothing was used
    /// @return the warnings that are due: each is given once
    public List<String> settle(Run run, Held held, @Nullable LedgerRow row) {
        Hold hold = held.hold();
        if (hold == null) {
            return List.of();
        }
        Amount used = row == null ? Amount.NONE : row.charged();
        List<String> warnings = new ArrayList<>();
        List<Capped> payers = Account.of(run);
        List<Optional<Settled>> settled = together(payers, capped -> accounts.settle(capped.account(), hold, used));
        for (int i = 0; i < payers.size(); i++) {
            Capped payer = payers.get(i);
            settled.get(i).ifPresent(after -> warn(payer, after, used, warnings));
        }
        return warnings;
    }

    /// Of those who settle one after the other exactly one passes a threshold.
    private void warn(Capped payer, Settled after, Amount used, List<String> warnings) {
        for (Cap cap : Allowance.over(after.caps(), payer.caps())) {
            long now = after.balance().used(cap);
            long before = now - used.in(cap.unit());
            warnAtPercent.stream()
                    .filter(percent -> reached(now, percent, cap) && !reached(before, percent, cap))
                    .max(Integer::compare)
                    .ifPresent(percent -> warnings.add("the cap %s of %s is used by %d %%"
                            .formatted(cap, payer.account().shown(), percent)));
        }
    }

    private static boolean reached(long used, int percent, Cap cap) {
        return used * 100.0 >= (double) cap.amount() * percent;
    }
}
