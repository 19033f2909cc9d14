package dev.turnpike.usage;

import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Keeps what the ledger adds up to. Counters grow by what is in the ledger, each row once, and by nothing else: they
/// are told later than the ledger, and then they are the same.
public interface UsageStore {
    int SHARDS = 8;

    /// The most rows that are counted at once.
    int BATCH = 50;

    /// Where a ledger row lies.
    ///
    /// @param at when it was written
    record Place(RunKey run, int step, long fence, Instant at) {}

    /// Rows of a shard that may not be counted yet, oldest first, read as the stream goes. The list lags behind: it
    /// may lack the newest and hold some that are counted by now.
    Stream<Place> uncounted(int shard);

    /// Counts those of the rows that are not counted yet, all of them or none. May be repeated after any failure, and
    /// beside others that count the same.
    ///
    /// @param places at most [#BATCH] of them
    int count(int shard, List<Place> places);

    /// What a tenant used on each of the days, the last one included, in order of the days.
    List<DailyUse> read(String tenant, LocalDate first, LocalDate last);

    /// Rows of the ledger that are counted, of one day, in the order of their time, read as the stream goes.
    Stream<Charge> counted(String tenant, LocalDate day);

    /// Tenants that have used anything, in alphabetical order.
    List<String> tenants();

    /// From when on somebody's statistics are told; empty for ever since.
    Optional<Mark> mark(String tenant, String key);

    /// Takes the place of the mark before.
    void put(Mark mark);

    /// @param key the public part of an API key; empty for the whole tenant
    /// @param day the first day that is read
    /// @param before what had been counted of it and of the days after it by then, which is not told any more
    record Mark(String tenant, String key, Instant at, LocalDate day, Tally before) {}
}
