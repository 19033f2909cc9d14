package dev.turnpike.aws;

import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Owner;
import dev.turnpike.access.Payer;
import dev.turnpike.budget.Account;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.RunKey;
import dev.turnpike.usage.UsageStore;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Every key of the one table.
///
/// | pk | sk | what |
/// |---|---|---|
/// | `T#<tenant>#C#<conversation>` | `META` | head of a conversation; a tombstone once it is deleted |
/// | same | `I#<seq 10>` | item |
/// | same | `I#<seq 10>#P<part 2>` | further part of a large item |
/// | same | `N#<name>` | note of the `remember` tool |
/// | same | `W` | head of the conversation's workspace, with the list of its files |
/// | same | `W#L#<revision 10>#<part 2>` | further part of a long list |
/// | same | `W#R#<revision 10>` | revision: its cause and what it changed |
/// | same | `W#RP#<revision 10>#<part 2>` | further part of a long one |
/// | same | `W#K#<hash of its cause's key 16>` | the number of the revision that was made under a key |
/// | same | `W#C#<hash>#<origin>` | content of a file |
/// | same | `W#CP#<hash>#<origin>#<part 2>` | further part of a long one |
/// | same | `R#<run>` | run |
/// | same | `R#<run>#I#<index 3>` | input item of a run that waits for its turn |
/// | same | `R#<run>#S#<step 6>#T#<index 3>` | tool call: intent, result |
/// | same | `R#<run>#E#<event 9>` | batch of stream events, from that one on |
/// | same | `R#<run>#EP#<event 9>#<writer 6>#<index 4>` | part of a batch that is too long for one row |
/// | same | `L#<run>#<step 6>#<fence 6>` | ledger row |
/// | `T#<tenant>#K#<hash>` | `IK` | `Idempotency-Key` |
/// | `T#<tenant>#X#<hash>` | `X` | cached answer, or the claim of whoever asks for it |
/// | `T#<tenant>` | `CI#<conversation>` | list of conversations, by creation |
/// | `T#<tenant>#U#<month>` | `<day>#<hash of what they have in common>` | counters of ledger rows |
/// | `T#<tenant>` | `STATISTICS`, `STATISTICS#<key>` | from when on statistics are told |
/// | `KEY#<id>` | `KEY` | API key: its hash, what it may do, what it has used, its requests of this minute |
/// | `KEYS` | `<id>` | list of API keys |
/// | `TENANTS` | `<tenant>` | list of tenants that have had a key, or have used anything |
/// | `T#<tenant>`, `T#<tenant>#USER#<user>`, `T#<tenant>#QUEUE` | `ACCOUNT` | what a payer may use and has used |
/// | `T#<tenant>#C#<conversation>#ACCOUNT` | `ACCOUNT`, `R#<run>` | the same of a conversation and its runs |
/// | `FAILED#<address>` | `<minute>` | count of failed attempts to show a good key |
/// | `TOOLS#<label>#<digest of its URL>` | `TOOLS` | what a server of tools listed last |
/// | `BREAKER#<provider>/<model>` | `BREAKER` | a model that has failed of late |
/// | `T#<tenant>#A#<month>` | `<ulid>` | audit event; of no tenant in `A#<month>` |
///
/// The sparse index `gsi1` holds
///
/// | gsi1pk | gsi1sk | what |
/// |---|---|---|
/// | `ACTIVE#<0..7>` | `<created>#<run>` | active runs |
/// | `UNCOUNTED#<0..7>` | `<at>#<run>#<step>#<fence>` | ledger rows that are not counted yet |
/// | `COUNTED#<tenant>#<day>` | same | those that are |
final class TableKeys {
    static final String PK = "pk";
    static final String SK = "sk";
    static final String GSI1 = "gsi1";
    static final String GSI1_PK = "gsi1pk";
    static final String GSI1_SK = "gsi1sk";
    static final String TTL = "ttl";
    static final String META = "META";
    static final String ACCOUNT = "ACCOUNT";
    static final String ITEM_PREFIX = "I#";
    static final String CONVERSATION_LIST_PREFIX = "CI#";
    static final String NOTE_PREFIX = "N#";
    static final String LEDGER_PREFIX = "L#";
    static final String KEYS = "KEYS";
    static final String TENANTS = "TENANTS";
    private static final String UNCOUNTED_PREFIX = "UNCOUNTED#";
    private static final String PART = "#P";

    private static final Pattern CONVERSATION_PK = Pattern.compile("T#(.+)#C#([0-9a-z]{26})");
    private static final Pattern LEDGER_SK = Pattern.compile("L#([^#]+)#([0-9]{6,})#([0-9]{6,})");

    private TableKeys() {}

    static String conversation(ConversationKey key) {
        return "T#" + key.tenant() + "#C#" + key.id();
    }

    static String item(long seq) {
        return ITEM_PREFIX + "%010d".formatted(seq);
    }

    static String itemPart(long seq, int part) {
        return item(seq) + PART + "%02d".formatted(part);
    }

    /// Behind an item and all of its parts.
    static String itemEnd(long seq) {
        return item(seq) + "#~";
    }

    /// 0 for the item's first row.
    static int itemPart(String sk) {
        int at = sk.indexOf(PART);
        return at < 0 ? 0 : Integer.parseInt(sk.substring(at + PART.length()));
    }

    static long itemSeq(String sk) {
        return Long.parseLong(sk, ITEM_PREFIX.length(), ITEM_PREFIX.length() + 10, 10);
    }

    static String run(String run) {
        return "R#" + run;
    }

    /// @param request `mcpr_<conversation>_<place>`
    static Map<String, AttributeValue> approval(String tenant, String request) {
        String conversation = request.substring("mcpr_".length(), request.lastIndexOf('_'));
        return key(conversation(new ConversationKey(tenant, conversation)), "A#" + request);
    }

    static String toolCalls(String run, int step) {
        return "R#%s#S#%06d#T#".formatted(run, step);
    }

    static String toolCall(String run, int step, int index) {
        return toolCalls(run, step) + "%03d".formatted(index);
    }

    static String waitingItems(String run) {
        return run(run) + "#I#";
    }

    static String waitingItem(String run, int index) {
        return waitingItems(run) + "%03d".formatted(index);
    }

    static String events(String run, long first) {
        return "R#%s#E#%09d".formatted(run, first);
    }

    static String eventsPart(String run, long first, long writer, int index) {
        return "R#%s#EP#%09d#%06d#%04d".formatted(run, first, writer, index);
    }

    /// Begins the keys of both kinds of event rows.
    static String allEvents(String run) {
        return "R#%s#E".formatted(run);
    }

    /// Begins the keys of everything that is kept of a run beside its own row.
    static String partsOf(String run) {
        return run(run) + "#";
    }

    static String ledger(String run) {
        return LEDGER_PREFIX + run + "#";
    }

    static String ledger(String run, int step, long fence) {
        return ledger(run) + "%06d#%06d".formatted(step, fence);
    }

    /// The index partition of ledger rows that are not counted yet.
    static String uncounted(int shard) {
        return UNCOUNTED_PREFIX + shard;
    }

    static boolean isUncounted(Row row) {
        String partition = row.optionalText(GSI1_PK);
        return partition != null && partition.startsWith(UNCOUNTED_PREFIX);
    }

    /// The index partition of those that are.
    static String counted(String tenant, LocalDate day) {
        return "COUNTED#" + tenant + "#" + day;
    }

    /// A ledger row's place in the index, in the order of time.
    static String charge(LedgerRow row) {
        return charge(row.at(), row.run(), row.step(), row.fence());
    }

    private static String charge(Instant at, String run, int step, long fence) {
        return "%013d#%s#%06d#%06d".formatted(at.toEpochMilli(), run, step, fence);
    }

    /// The ledger row that a row of the index stands for.
    static UsageStore.Place place(Row row) {
        Matcher pk = CONVERSATION_PK.matcher(row.text(PK));
        Matcher sk = LEDGER_SK.matcher(row.text(SK));
        if (!pk.matches() || !sk.matches()) {
            throw new IllegalStateException("the index of ledger rows holds another kind of row");
        }
        var run = new RunKey(new ConversationKey(pk.group(1), pk.group(2)), sk.group(1));
        String at = row.text(GSI1_SK);
        return new UsageStore.Place(
                run,
                Integer.parseInt(sk.group(2)),
                Long.parseLong(sk.group(3)),
                Instant.ofEpochMilli(Long.parseLong(at, 0, at.indexOf('#'), 10)));
    }

    static Map<String, AttributeValue> ledger(UsageStore.Place place) {
        return key(conversation(place.run().conversation()), ledger(place.run().run(), place.step(), place.fence()));
    }

    /// Counters of one tenant's month.
    static String usage(String tenant, YearMonth month) {
        return "T#" + tenant + "#U#" + month;
    }

    /// From when on somebody's statistics are told.
    ///
    /// @param apiKey empty for the whole tenant
    static Map<String, AttributeValue> statistics(String tenant, String apiKey) {
        return key(tenant(tenant), apiKey.isEmpty() ? "STATISTICS" : "STATISTICS#" + apiKey);
    }

    private static String idempotency(String tenant, String keyHash) {
        return "T#" + tenant + "#K#" + keyHash;
    }

    static Map<String, AttributeValue> idempotencyRow(String tenant, String keyHash) {
        return key(idempotency(tenant, keyHash), "IK");
    }

    static Map<String, AttributeValue> answer(String tenant, String hash) {
        return key("T#" + tenant + "#X#" + hash, "X");
    }

    static String tenant(String tenant) {
        return "T#" + tenant;
    }

    static String conversationListEntry(String conversation) {
        return CONVERSATION_LIST_PREFIX + conversation;
    }

    static Map<String, AttributeValue> apiKey(String id) {
        return key("KEY#" + id, "KEY");
    }

    static Map<String, AttributeValue> account(Owner owner) {
        return owner.hasUser()
                ? account(new Account(owner.tenant(), Scope.USER, owner.user()))
                : account(new Account(owner.tenant(), Scope.TENANT, ""));
    }

    /// @param tenant empty for none
    /// @param month as `2026-11`
    static String audit(String tenant, String month) {
        return (tenant.isEmpty() ? "" : tenant(tenant) + "#") + "A#" + month;
    }

    static Map<String, AttributeValue> failedAttempts(String address, Instant minute) {
        return key("FAILED#" + address, Period.MINUTE.name(minute));
    }

    /// What a payer has used. A key's lies in the key's own row; what comes by the queue has no key. Those of a
    /// conversation lie beside its partition, so that nothing comes back where it was deleted.
    static Map<String, AttributeValue> account(Account account) {
        String tenant = tenant(account.tenant());
        String id = account.id();
        return switch (account.scope()) {
            case KEY -> id.equals(Payer.QUEUE) ? key(tenant + "#QUEUE", ACCOUNT) : apiKey(id);
            case USER -> key(tenant + "#USER#" + id, ACCOUNT);
            case TENANT -> key(tenant, ACCOUNT);
            case CONVERSATION -> key(tenant + "#C#" + id + "#" + ACCOUNT, ACCOUNT);
            case RUN -> {
                String conversation = id.substring(0, id.indexOf('/'));
                yield key(tenant + "#C#" + conversation + "#" + ACCOUNT, run(id.substring(id.indexOf('/') + 1)));
            }
        };
    }

    /// The places of unfinished runs, beside the account: what is written often must not get long with them.
    static Map<String, AttributeValue> places(Account account) {
        Map<String, AttributeValue> row = new HashMap<>(account(account));
        row.compute(SK, (_, sk) -> AttributeValue.fromS((sk == null ? "" : sk.s()) + "#RUNS"));
        return row;
    }

    /// The index partition of an active run.
    static String active(int shard) {
        return "ACTIVE#" + shard;
    }

    static Map<String, AttributeValue> key(String pk, String sk) {
        return Map.of(PK, AttributeValue.fromS(pk), SK, AttributeValue.fromS(sk));
    }

    static Map<String, AttributeValue> run(RunKey key) {
        return key(conversation(key.conversation()), run(key.run()));
    }

    /// The run that a row of the index stands for; empty when it is no run's.
    static Optional<RunKey> runOf(Row row) {
        Matcher pk = CONVERSATION_PK.matcher(row.text(PK));
        return pk.matches()
                ? Optional.of(new RunKey(
                        new ConversationKey(pk.group(1), pk.group(2)),
                        row.text(SK).substring(2)))
                : Optional.empty();
    }

    static Map<String, AttributeValue> meta(ConversationKey key) {
        return key(conversation(key), META);
    }
}
