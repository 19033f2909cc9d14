package dev.turnpike.aws;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.Hold;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// What has been used, beside whatever else a row holds.
///
/// | attribute | what |
/// |---|---|
/// | `usd_<period>`, `tok_<period>` | what is settled and what is held, so that a condition needs one number |
/// | `hold_<run>_<step>_<fence>` | a hold, its fields in one text |
/// | `runs` | of a row beside it: the set of runs that have places, as `<conversation>/<run>` |
/// | `caps` | those that the account was given itself |
///
/// Periods are called `n202611281200`, `d20261128`, `m202611` and `total`.
final class AccountRows {
    /// The set of those that are not known to have ended.
    static final String RUNS = "runs";

    private static final String HOLD = "hold_";
    private static final Pattern PERIOD = Pattern.compile("(?:usd|tok)_([ndm])([0-9]+)");

    /// A hold may be settled in the period after its own.
    private static final Map<String, Duration> KEPT =
            Map.of("n", Duration.ofHours(2), "d", Duration.ofDays(3), "m", Duration.ofDays(70));

    private static final Account NOBODY = new Account("", Cap.Scope.TENANT, "");

    private AccountRows() {}

    static String micros(Period period, Instant at) {
        return "usd_" + name(period, at);
    }

    static String tokens(Period period, Instant at) {
        return "tok_" + name(period, at);
    }

    private static String name(Period period, Instant at) {
        return switch (period) {
            case MINUTE -> "n" + period.name(at);
            case DAY -> "d" + period.name(at);
            case MONTH -> "m" + period.name(at);
            case TOTAL -> "total";
        };
    }

    static Balance balance(Row row, Instant now) {
        Map<Period, Amount> used = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            used.put(period, new Amount(row.number(micros(period, now), 0), row.number(tokens(period, now), 0)));
        }
        return new Balance(used);
    }

    /// Without what is held, which comes free within a call's time.
    static Balance settled(Row row, Instant now) {
        return Hold.givenBack(balance(row, now), holds(NOBODY, row), now);
    }

    static List<Cap> caps(Row row, Cap.Scope scope) {
        return KeyRows.allowance(row).caps().stream()
                .filter(cap -> cap.scope() == scope)
                .toList();
    }

    static String hold(Hold hold) {
        return HOLD + hold.run().run() + "_" + hold.step() + "_" + hold.fence();
    }

    static String text(Hold hold) {
        return String.join(
                "|",
                Long.toString(hold.amount().micros()),
                Long.toString(hold.amount().tokens()),
                Long.toString(hold.inputTokens()),
                hold.perMinute() ? "n" : "d",
                Long.toString(hold.at().toEpochMilli()),
                Long.toString(hold.until().toEpochMilli()),
                hold.run().conversation().id(),
                hold.model());
    }

    static List<Hold> holds(Account account, Row row) {
        List<Hold> holds = new ArrayList<>();
        row.attributes().forEach((name, value) -> {
            if (name.startsWith(HOLD)) {
                holds.add(hold(account, name, value.s()));
            }
        });
        return holds;
    }

    private static Hold hold(Account account, String name, String text) {
        String[] names = name.split("_", -1);
        String[] fields = text.split("\\|", 8);
        return new Hold(
                new RunKey(new ConversationKey(account.tenant(), fields[6]), names[1]),
                Integer.parseInt(names[2]),
                Long.parseLong(names[3]),
                fields[7],
                Long.parseLong(fields[2]),
                new Amount(Long.parseLong(fields[0]), Long.parseLong(fields[1])),
                fields[3].equals("n"),
                Instant.ofEpochMilli(Long.parseLong(fields[4])),
                Instant.ofEpochMilli(Long.parseLong(fields[5])));
    }

    static String place(RunKey run) {
        return run.conversation().id() + "/" + run.run();
    }

    /// The oldest first.
    static List<RunKey> places(Account account, Row row) {
        AttributeValue set = row.value(RUNS);
        return set == null
                ? List.of()
                : set.ss().stream()
                        .sorted(Comparator.comparing(place -> place.substring(place.indexOf('/'))))
                        .map(place -> new RunKey(
                                new ConversationKey(account.tenant(), place.substring(0, place.indexOf('/'))),
                                place.substring(place.indexOf('/') + 1)))
                        .toList();
    }

    /// Attributes of periods that are long over.
    static List<String> stale(Row row, Instant now) {
        return row.attributes().keySet().stream()
                .filter(name -> stale(name, now))
                .toList();
    }

    private static boolean stale(String name, Instant now) {
        Matcher period = PERIOD.matcher(name);
        if (!period.matches()) {
            return false;
        }
        Instant oldest = now.minus(KEPT.get(period.group(1)));
        String kept = switch (period.group(1)) {
            case "n" -> Period.MINUTE.name(oldest);
            case "d" -> Period.DAY.name(oldest);
            default -> Period.MONTH.name(oldest);
        };
        return period.group(2).compareTo(kept) < 0;
    }
}
