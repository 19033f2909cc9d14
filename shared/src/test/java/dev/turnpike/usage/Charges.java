package dev.turnpike.usage;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.run.RunKey;
import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Ledger rows as they might be.
public final class Charges {
    private static final List<String> MODELS = List.of("gpt-4o", "groq/llama|3#x", "gpt-4o-mini");

    private Charges() {}

    /// Rows of several tenants over a few days, some of them at the very ends of a day.
    public static List<Charge> random(Random random, int count, LocalDate first, int days) {
        List<Charge> charges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LocalDate day = first.plusDays(random.nextInt(days));
            charges.add(new Charge(run(random, i), row(random, run(i), at(random, day))));
        }
        return charges;
    }

    private static String run(int number) {
        return "01k0000000000000%010d".formatted(number);
    }

    private static RunKey run(Random random, int number) {
        String conversation = "01k1111111111111%010d".formatted(number / 7);
        return new RunKey(new ConversationKey("t-" + random.nextInt(3), conversation), run(number));
    }

    private static Instant at(Random random, LocalDate day) {
        Instant midnight = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        return switch (random.nextInt(4)) {
            case 0 -> midnight;
            case 1 -> midnight.plusMillis(86_399_999);
            default -> midnight.plusMillis(random.nextInt(86_400_000));
        };
    }

    private static LedgerRow row(Random random, String run, Instant at) {
        long input = random.nextInt(10_000);
        long cached = random.nextInt((int) input + 1);
        long output = random.nextInt(1_000);
        var usage = new Usage(
                input,
                cached,
                random.nextInt((int) (input - cached) + 1),
                output,
                random.nextInt((int) output + 1),
                random.nextInt(9) == 0);
        return new LedgerRow(
                run,
                new Payer("key_" + random.nextInt(3), random.nextBoolean() ? "" : "u|" + random.nextInt(2)),
                random.nextInt(4),
                1 + random.nextInt(3),
                random.nextInt(5) == 0 ? State.ABANDONED : State.SETTLED,
                MODELS.get(random.nextInt(MODELS.size())),
                random.nextInt(4) == 0 ? "flex" : "",
                random.nextInt(8) == 0,
                usage,
                new Cost(random.nextInt(10) == 0 ? null : (long) random.nextInt(1_000_000), "2026-11"),
                random.nextInt(6) == 0 ? new Amount(17, 3) : Amount.NONE,
                random.nextInt(5) == 0 ? -1 : random.nextInt(20_000),
                at);
    }

    /// The sum of some rows.
    public static Tally sum(List<Charge> charges) {
        return charges.stream().map(charge -> Tally.of(charge.row())).reduce(Tally.NONE, Tally::plus);
    }
}
