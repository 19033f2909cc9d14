package dev.turnpike.aws;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Unit;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.AccountStore;
import dev.turnpike.budget.Hold;
import dev.turnpike.budget.RunPlaces;
import dev.turnpike.run.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/// Accounts in the table: a row for each, which for a key is the key's own.
///
/// All writes of a row come one after the other, without the conflicts that transactions have. A row serves about 1,000
/// of them in a second.
public final class DynamoAccountStore implements AccountStore, RunPlaces {
    /// So many attributes of periods that are over may lie about before they are cleared away.
    private static final int MOST_STALE = 16;

    private static final Duration RUNS_KEPT = Duration.ofDays(30);
    private static final Duration CONVERSATIONS_KEPT = Duration.ofDays(400);

    private final Table table;
    private final InstantSource clock;

    public DynamoAccountStore(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.clock = clock;
    }

    @Override
    public Holding hold(Account account, Hold hold, List<Cap> caps) {
        Optional<Holding> impossible = withinNone(account, hold, caps);
        return impossible.orElseGet(() -> tryToHold(account, hold, caps));
    }

    /// What is more than a cap as a whole never fits: no condition says so about an account that has used nothing.
    private Optional<Holding> withinNone(Account account, Hold hold, List<Cap> caps) {
        if (caps.stream().allMatch(cap -> hold.of(cap) <= cap.amount())) {
            return Optional.empty();
        }
        Row row = row(account);
        List<Cap> inForce = Allowance.over(AccountRows.caps(row, account.scope()), caps);
        boolean never = inForce.stream().anyMatch(cap -> hold.of(cap) > cap.amount());
        return Optional.of(never ? refused(account, hold, row, inForce) : tryToHold(account, hold, inForce));
    }

    private Holding tryToHold(Account account, Hold hold, List<Cap> caps) {
        try {
            var answer = table.run(holding(account, hold, caps)
                    .request()
                    .returnValues(ReturnValue.ALL_NEW)
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                    .build());
            return held(account, hold, new Row(answer.attributes()), caps);
        } catch (ConditionalCheckFailedException failure) {
            Map<String, AttributeValue> old = failure.item();
            return refused(account, hold, new Row(old == null ? Map.of() : old), caps);
        }
    }

    private UpdateRow holding(Account account, Hold hold, List<Cap> caps) {
        var update = table.update(TableKeys.account(account))
                .set(AccountRows.hold(hold), AccountRows.text(hold))
                .conditionAbsent(AccountRows.hold(hold));
        add(update, hold, hold.amount());
        for (Cap cap : caps) {
            update.conditionAbsentOrAtMost(attribute(cap, hold.at()), cap.amount() - hold.of(cap));
        }
        switch (account.scope()) {
            case RUN -> update.set(TableKeys.TTL, hold.at().plus(RUNS_KEPT).getEpochSecond());
            case CONVERSATION ->
                update.set(TableKeys.TTL, hold.at().plus(CONVERSATIONS_KEPT).getEpochSecond());
            case KEY, USER, TENANT -> {}
        }
        return update;
    }

    private static void add(UpdateRow update, Hold hold, Amount amount) {
        for (Period period : Period.values()) {
            if (period != Period.MINUTE || hold.perMinute()) {
                update.add(AccountRows.micros(period, hold.at()), amount.micros())
                        .add(AccountRows.tokens(period, hold.at()), amount.tokens());
            }
        }
    }

    private static String attribute(Cap cap, Instant at) {
        return cap.unit() == Unit.USD ? AccountRows.micros(cap.period(), at) : AccountRows.tokens(cap.period(), at);
    }

    /// A cap of the account's own may have been lowered since the caller learnt of it: then nothing is held after all.
    private Holding held(Account account, Hold hold, Row row, List<Cap> caps) {
        clear(account, row);
        List<Cap> inForce = Allowance.over(AccountRows.caps(row, account.scope()), caps);
        Balance balance = AccountRows.balance(row, hold.at());
        if (inForce.stream().allMatch(cap -> balance.left(cap) >= 0)) {
            return new Holding.Held();
        }
        settle(account, hold, Amount.NONE);
        return new Holding.Refused(
                account, inForce, Hold.givenBack(balance, List.of(hold), hold.at()), others(account, hold, row));
    }

    /// Or raised. An answer that was lost has held already.
    private Holding refused(Account account, Hold hold, Row row, List<Cap> caps) {
        if (row.has(AccountRows.hold(hold))) {
            return new Holding.Held();
        }
        List<Cap> inForce = Allowance.over(AccountRows.caps(row, account.scope()), caps);
        Balance balance = AccountRows.balance(row, hold.at());
        boolean raised = !inForce.equals(caps) && inForce.stream().allMatch(cap -> balance.left(cap) >= hold.of(cap));
        return raised
                ? tryToHold(account, hold, inForce)
                : new Holding.Refused(account, inForce, balance, AccountRows.holds(account, row));
    }

    private static List<Hold> others(Account account, Hold hold, Row row) {
        return AccountRows.holds(account, row).stream()
                .filter(other -> !AccountRows.hold(other).equals(AccountRows.hold(hold)))
                .toList();
    }

    private void clear(Account account, Row row) {
        List<String> stale = AccountRows.stale(row, clock.instant());
        if (stale.size() > MOST_STALE) {
            var update = table.update(TableKeys.account(account));
            stale.forEach(update::remove);
            table.runIfHolds(update);
        }
    }

    @Override
    public Optional<Settled> settle(Account account, Hold hold, Amount used) {
        String name = AccountRows.hold(hold);
        var update = table.update(TableKeys.account(account)).remove(name).conditionPresent(name);
        Amount held = hold.amount();
        var difference = new Amount(used.micros() - held.micros(), used.tokens() - held.tokens());
        add(update, hold, difference);
        try {
            var answer =
                    table.run(update.request().returnValues(ReturnValue.ALL_NEW).build());
            Row row = new Row(answer.attributes());
            return Optional.of(
                    new Settled(AccountRows.caps(row, account.scope()), AccountRows.settled(row, hold.at())));
        } catch (ConditionalCheckFailedException _) {
            return Optional.empty();
        }
    }

    @Override
    public List<Hold> holds(Account account) {
        return AccountRows.holds(account, row(account));
    }

    @Override
    public Optional<List<RunKey>> take(Account account, RunKey run, int most) {
        var update = table.update(TableKeys.places(account))
                .addTo(AccountRows.RUNS, AccountRows.place(run))
                .conditionFewer(AccountRows.RUNS, most);
        try {
            table.run(update.request()
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                    .build());
            return Optional.empty();
        } catch (ConditionalCheckFailedException failure) {
            return occupied(account, run, new Row(failure.item()));
        }
    }

    /// An answer that was lost has taken the place already.
    private static Optional<List<RunKey>> occupied(Account account, RunKey run, Row row) {
        List<RunKey> others = AccountRows.places(account, row);
        return others.contains(run) ? Optional.empty() : Optional.of(others);
    }

    @Override
    public void free(Account account, Collection<RunKey> runs) {
        if (!runs.isEmpty()) {
            List<String> places = runs.stream().map(AccountRows::place).toList();
            table.run(table.update(TableKeys.places(account))
                    .deleteFrom(AccountRows.RUNS, places)
                    .request()
                    .build());
        }
    }

    private Row row(Account account) {
        return table.get(TableKeys.account(account)).orElseGet(() -> new Row(Map.of()));
    }
}
