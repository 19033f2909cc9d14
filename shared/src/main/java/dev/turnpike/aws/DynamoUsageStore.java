package dev.turnpike.aws;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.run.RunKey;
import dev.turnpike.usage.Charge;
import dev.turnpike.usage.DailyUse;
import dev.turnpike.usage.UsageStore;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Counters in the table. A ledger row is counted in the transaction that moves it, within the index, from what is not
/// counted to its tenant's day: no crash can part the two.
public final class DynamoUsageStore implements UsageStore {
    private static final int READ_AT_ONCE = 100;

    private final Table table;
    private final Transactions transactions;

    /// Those that are in the list of tenants for certain.
    private final Set<String> listed = ConcurrentHashMap.newKeySet();

    public DynamoUsageStore(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
        this.transactions = new Transactions(dynamo);
    }

    @Override
    public Stream<Place> uncounted(int shard) {
        return table.index(TableKeys.uncounted(shard)).map(TableKeys::place);
    }

    /// The index lags: what counts is the row itself.
    @Override
    public int count(int shard, List<Place> places) {
        List<Row> rows = table.getAll(places.stream().map(TableKeys::ledger).toList()).stream()
                .filter(TableKeys::isUncounted)
                .toList();
        if (rows.isEmpty()) {
            return 0;
        }
        List<Charge> charges = rows.stream().map(DynamoUsageStore::charge).toList();
        charges.stream().map(Charge::tenant).distinct().forEach(this::list);
        List<TransactWriteItem> actions = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            actions.add(Transactions.update(moved(rows.get(i), charges.get(i))));
        }
        for (DailyUse use : DailyUse.of(charges)) {
            actions.add(Transactions.update(CounterRows.add(table.name(), use)));
        }
        return switch (transactions.write(UUID.randomUUID().toString(), actions)) {
            case Written.Done() -> rows.size();
            // Somebody else counts as well, and has begun with these.
            case Written.Refused(int _, Row _) -> 0;
        };
    }

    private UpdateRow moved(Row row, Charge charge) {
        return table.update(TableKeys.key(row.text(TableKeys.PK), row.text(TableKeys.SK)))
                .set(TableKeys.GSI1_PK, TableKeys.counted(charge.tenant(), charge.day()))
                .condition(TableKeys.GSI1_PK, row.text(TableKeys.GSI1_PK));
    }

    private static Charge charge(Row row) {
        RunKey run = TableKeys.place(row).run();
        return new Charge(run, LedgerRows.read(row));
    }

    private void list(String tenant) {
        if (!listed.contains(tenant)) {
            table.putIfAbsent(Row.at(TableKeys.TENANTS, tenant));
            listed.add(tenant);
        }
    }

    @Override
    public List<DailyUse> read(String tenant, LocalDate first, LocalDate last) {
        List<DailyUse> uses = new ArrayList<>();
        for (YearMonth month = YearMonth.from(first);
                !month.isAfter(YearMonth.from(last));
                month = month.plusMonths(1)) {
            String pk = TableKeys.usage(tenant, month);
            table.between(pk, first + "#", last + "#~", false, true, row -> {
                uses.add(CounterRows.read(tenant, row));
                return true;
            });
        }
        return uses;
    }

    @Override
    public Stream<Charge> counted(String tenant, LocalDate day) {
        return table.index(TableKeys.counted(tenant, day))
                .map(TableKeys::place)
                .gather(Gatherers.windowFixed(READ_AT_ONCE))
                .flatMap(places -> table
                        .getAll(places.stream().map(TableKeys::ledger).toList())
                        .stream()
                        .sorted(Comparator.comparing(row -> row.text(TableKeys.GSI1_SK)))
                        .map(DynamoUsageStore::charge));
    }

    @Override
    public List<String> tenants() {
        return table.streamWithPrefix(TableKeys.TENANTS, "")
                .map(row -> row.text(TableKeys.SK))
                .toList();
    }

    @Override
    public Optional<Mark> mark(String tenant, String key) {
        return table.get(TableKeys.statistics(tenant, key))
                .map(row -> new Mark(
                        tenant, key, row.instant("at"), LocalDate.parse(row.text("day")), CounterRows.tally(row)));
    }

    @Override
    public void put(Mark mark) {
        var row = new Row(new HashMap<>(TableKeys.statistics(mark.tenant(), mark.key())))
                .put("at", mark.at())
                .put("day", mark.day().toString());
        CounterRows.numbers(mark.before(), row::put);
        table.put(row);
    }
}
