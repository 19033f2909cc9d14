package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.e2e.Books.Row;
import dev.turnpike.e2e.ChaosModel.Met;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// The ledger of many runs beside their provider's own meter. A run's question ties its rows to its calls; among them,
/// the tokens do.
final class MeteredLedger {
    private static final PriceList PRICES = PriceList.forProvider("openai");
    private static final Pattern RUN = Pattern.compile("Run \\d{6}");

    private final List<Row> rows;
    private final List<Conversation> conversations;

    /// @param died what the invocations that died were to serve
    MeteredLedger(List<Map<String, AttributeValue>> table, List<Met> met, List<String> died) {
        this.rows = table.stream().map(Row::new).toList();
        Map<String, List<Met>> calls = met.stream()
                .filter(Met::served)
                .collect(Collectors.groupingBy(call -> run(call.question()).orElseThrow()));
        Map<String, List<Row>> partitions = rows.stream()
                .filter(row -> row.text("pk").matches("T#demo#C#[^#]+"))
                .collect(Collectors.groupingBy(row -> row.text("pk")));
        List<Conversation> found = new ArrayList<>();
        partitions.forEach((pk, own) -> {
            String run = own.stream()
                    .flatMap(MeteredLedger::texts)
                    .flatMap(text -> run(text).stream())
                    .findFirst()
                    .orElseThrow();
            String id = pk.substring(pk.lastIndexOf('#') + 1);
            long deaths = died.stream()
                    .filter(text -> text.contains(id) || text.contains(run))
                    .count();
            found.add(new Conversation(run, own, calls.getOrDefault(run, List.of()), deaths));
            calls.remove(run);
        });
        assertThat(calls).as("calls of runs that nobody knows").isEmpty();
        this.conversations = found;
    }

    private static Optional<String> run(String text) {
        Matcher matcher = RUN.matcher(text);
        return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    private static Stream<String> texts(Row row) {
        return row.attributes().values().stream().map(AttributeValue::s).filter(Objects::nonNull);
    }

    /// A run with its conversation.
    private record Conversation(String run, List<Row> rows, List<Met> calls, long deaths) {
        List<Row> ledger(boolean estimated) {
            return Books.of(rows, "L#").stream()
                    .filter(row -> row.flag("estimated") == estimated && tokens(row) > 0)
                    .toList();
        }

        boolean cancelled() {
            return rows.stream().anyMatch(row -> row.text("status").equals("cancelled"));
        }

        /// Calls that reported what they used, and of which the ledger has that.
        List<Met> booked() {
            return booked(true);
        }

        /// The others: nobody was told what they used, or whoever was died before it was written.
        List<Met> unbooked() {
            return booked(false);
        }

        private List<Met> booked(boolean wanted) {
            List<Row> left = new ArrayList<>(ledger(false));
            List<Met> found = new ArrayList<>();
            for (Met call : calls) {
                Row own = left.stream()
                        .filter(row -> call.reported() && isOf(row, call))
                        .findFirst()
                        .orElse(null);
                left.remove(own);
                if (wanted == (own != null)) {
                    found.add(call);
                }
            }
            return found;
        }

        private static boolean isOf(Row row, Met call) {
            return row.text("model").equals(call.model())
                    && row.number("in") == call.promptTokens()
                    && row.number("out") == call.writtenTokens()
                    && row.number("cost") == micros(call);
        }

        boolean everybodyLived() {
            return deaths == 0 && !cancelled();
        }

        /// Each call has a row of its own that is charged as much at least.
        void assertAgrees() {
            String books = run + ", " + deaths + " deaths, ledger " + ledger(false) + ledger(true) + ", meter " + calls;
            long lost = unbooked().stream().filter(Met::reported).count();
            assertThat(booked()).as("reported: " + books).hasSameSizeAs(ledger(false));
            assertThat(lost).as("reported and lost: " + books).isLessThanOrEqualTo(deaths + (cancelled() ? 1 : 0));
            assertThat(ledger(true).size())
                    .as("estimated: " + books)
                    .isGreaterThanOrEqualTo(unbooked().size());
            pairs(MeteredLedger::charged, MeteredLedger::tokens)
                    .forEach(pair -> assertThat(pair.row).as(books).isGreaterThanOrEqualTo(pair.met));
            pairs(MeteredLedger::chargedMicros, MeteredLedger::micros)
                    .forEach(pair -> assertThat(pair.row).as(books).isGreaterThanOrEqualTo(pair.met));
            if (everybodyLived()) {
                assertThat(ledger(true)).as("estimated: " + books).hasSameSizeAs(unbooked());
                estimates()
                        .forEach(pair ->
                                assertThat(Math.abs(pair.row - pair.met)).isLessThanOrEqualTo(pair.row / 8 + 64));
            }
        }

        List<Pair> estimates() {
            return pairs(MeteredLedger::tokens, MeteredLedger::tokens);
        }

        /// Estimated rows and the calls that nobody could book, the largest first. Each call has a row that is as large
        /// exactly when it is so in this order.
        private List<Pair> pairs(ToLongFunction<Row> charged, ToLongFunction<Met> used) {
            List<Long> most = descending(ledger(true), charged);
            List<Long> met = descending(unbooked(), used);
            return IntStream.range(0, Math.min(most.size(), met.size()))
                    .mapToObj(i -> new Pair(most.get(i), met.get(i)))
                    .toList();
        }
    }

    private record Pair(long row, long met) {}

    private static <T> List<Long> descending(List<T> each, ToLongFunction<T> number) {
        return each.stream()
                .map(number::applyAsLong)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static long tokens(Row row) {
        return row.number("in") + row.number("out");
    }

    private static long charged(Row row) {
        return tokens(row) + row.number("doubtTokens");
    }

    private static long chargedMicros(Row row) {
        return row.number("cost") + row.number("doubtCost");
    }

    private static long tokens(Met call) {
        return call.promptTokens() + call.writtenTokens();
    }

    private static long micros(Met call) {
        Usage usage = Usage.reported(call.promptTokens(), 0, call.writtenTokens(), 0);
        Long micros = PRICES.cost(call.model(), usage, Instant.now()).micros();
        return micros == null ? 0 : micros;
    }

    void assertAgreesCallByCall() {
        assertThat(conversations).allSatisfy(Conversation::assertAgrees);
    }

    /// What each account has used is what the ledger charges those who pay from it, and what is still held.
    void assertAccountsAgree() {
        List<Row> accounts = rows.stream()
                .filter(row -> row.attributes().containsKey("usd_total"))
                .toList();
        assertThat(accounts).hasSizeGreaterThan(conversations.size() / 2);
        for (Row account : accounts) {
            List<Row> settled = Books.of(rows, "L#").stream()
                    .filter(row -> pays(account, row) && !holds(account, row))
                    .toList();
            assertThat(account.number("tok_total"))
                    .as("tokens of " + account)
                    .isEqualTo(sum(settled, MeteredLedger::charged) + held(account, 1));
            assertThat(account.number("usd_total"))
                    .as("micro-USD of " + account)
                    .isEqualTo(sum(settled, MeteredLedger::chargedMicros) + held(account, 0));
        }
    }

    private static boolean pays(Row account, Row row) {
        return account.text("pk").equals("T#demo") || account.text("sk").equals("R#" + row.text("run"));
    }

    /// Whoever wrote the row died before the hold was ended.
    private static boolean holds(Row account, Row row) {
        return account.attributes()
                .containsKey("hold_%s_%d_%d".formatted(row.text("run"), row.number("step"), row.number("fence")));
    }

    /// @param field of a hold's text: 0 for micro-USD, 1 for tokens
    private static long held(Row account, int field) {
        return account.attributes().keySet().stream()
                .filter(name -> name.startsWith("hold_"))
                .mapToLong(name -> Long.parseLong(account.text(name).split("\\|", -1)[field]))
                .sum();
    }

    String summary() {
        List<Row> reported = each(conversation -> conversation.ledger(false));
        List<Met> booked = each(Conversation::booked);
        List<Row> estimated = each(conversation -> conversation.ledger(true));
        List<Met> unbooked = each(Conversation::unbooked);
        long sum = sum(reported, MeteredLedger::tokens);
        long meter = sum(booked, MeteredLedger::tokens);
        return ("%d reported rows %d tokens = meter %d tokens, difference %d; %d estimated rows %d..%d tokens, meter %d"
                        + " tokens of %d calls; where nobody died, estimates were %s %% of the meter")
                .formatted(
                        reported.size(),
                        sum,
                        meter,
                        sum - meter,
                        estimated.size(),
                        sum(estimated, MeteredLedger::tokens),
                        sum(estimated, MeteredLedger::charged),
                        sum(unbooked, MeteredLedger::tokens),
                        unbooked.size(),
                        spread());
    }

    private String spread() {
        var percent = new LongSummaryStatistics();
        for (Conversation conversation : conversations) {
            if (conversation.everybodyLived()) {
                conversation.estimates().forEach(each -> percent.accept(100 * each.row / each.met));
            }
        }
        return percent.getMin() + ".." + percent.getMax();
    }

    private <T> List<T> each(Function<Conversation, List<T>> part) {
        return conversations.stream()
                .flatMap(conversation -> part.apply(conversation).stream())
                .toList();
    }

    private static <T> long sum(List<T> each, ToLongFunction<T> number) {
        return each.stream().mapToLong(number).sum();
    }
}
