package dev.turnpike.admission;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Payer;
import dev.turnpike.budget.ConcurrentRuns;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.engine.ContextLoader;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.Limits;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.Creation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets a request in: finds where its run belongs, checks that its tool results answer calls, creates it.
public final class RunAdmission {
    private static final int MOST_READS_AGAIN = 2;

    private final RunStore runs;
    private final ConversationStore conversations;
    private final LinkedMedia media;
    private final ConcurrentRuns concurrent;
    private final AdmissionSettings settings;
    private final Ids ids;
    private final InstantSource clock;

    public RunAdmission(
            RunStore runs,
            ConversationStore conversations,
            LinkedMedia media,
            ConcurrentRuns concurrent,
            AdmissionSettings settings,
            Ids ids,
            InstantSource clock) {
        this.runs = runs;
        this.conversations = conversations;
        this.media = media;
        this.concurrent = concurrent;
        this.settings = settings;
        this.ids = ids;
        this.clock = clock;
    }

    /// @param input without ids
    /// @param lease for a caller that runs the first step itself; null for the queue
    /// @param runId of the run, where it can be told what it will be; null for a new one
    public record Application(
            Applicant applicant,
            RunRequest request,
            List<Item> input,
            History history,
            NewRun.@Nullable Lease lease,
            NewRun.@Nullable Idempotency idempotency,
            @Nullable Reply reply,
            @Nullable String runId) {
        public Application(
                Applicant applicant,
                RunRequest request,
                List<Item> input,
                History history,
                NewRun.@Nullable Lease lease,
                NewRun.@Nullable Idempotency idempotency,
                @Nullable Reply reply) {
            this(applicant, request, input, history, lease, idempotency, reply, null);
        }

        String tenant() {
            return applicant.tenant();
        }

        private Application with(List<Item> input) {
            return new Application(applicant, request, input, history, lease, idempotency, reply, runId);
        }
    }

    /// What the request goes on from.
    public sealed interface History {
        record None() implements History {}

        record Response(String id) implements History {}

        /// @param id with its `conv_`
        record InConversation(String id) implements History {}
    }

    public Admission admit(Application application) {
        String model = application.request().model();
        boolean money = caps(application).stream().anyMatch(cap -> cap.unit() == Cap.Unit.USD);
        if (money && !settings.priced().test(model)) {
            return earlier(application).orElseGet(() -> new Admission.ModelUnpriced(model));
        }
        Admission admission =
                switch (new Approvals(conversations, clock.instant()).fill(application.tenant(), application.input())) {
                    case Approvals.Filled(List<Item> input) -> withMedia(application.with(input));
                    case Approvals.NotFound(String id) -> new Admission.NoApprovalRequest(id);
                    case Approvals.Expired(String id) -> new Admission.ApprovalExpired(id);
                };
        return admission instanceof Admission.Admitted
                ? admission
                : earlier(application).orElse(admission);
    }

    private List<Cap> caps(Application application) {
        return Allowance.over(application.applicant().caps(), settings.caps());
    }

    /// What the `Idempotency-Key` of a request that must not be let in was used for before; empty for nothing.
    public Optional<Admission> earlier(Application application) {
        NewRun.Idempotency idempotency = application.idempotency();
        return idempotency == null ? Optional.empty() : repeated(application.tenant(), idempotency);
    }

    /// A request that comes again gets the run that it made before, whatever its links lead to by now.
    private Admission withMedia(Application application) {
        Optional<Admission> before = media.fetches(application.input()) ? earlier(application) : Optional.empty();
        return before.orElseGet(() -> switch (media.fill(application.input())) {
            case LinkedMedia.Filling.Filled(List<Item> input) -> persistently(application.with(input));
            case LinkedMedia.Filling.Refused refusal -> new Admission.MediaRefused(refusal);
        });
    }

    /// A conversation that others begin and end runs in may have changed between the look at it and the write: whoever
    /// may wait there and was refused looks again.
    private static boolean overtaken(Application application, Admission admission) {
        return admission instanceof Admission.ConversationLocked && mayWait(application);
    }

    private Admission persistently(Application application) {
        Admission admission = decide(application);
        for (int again = 0; again < MOST_READS_AGAIN && overtaken(application, admission); again++) {
            admission = decide(application);
        }
        return admission;
    }

    /// A request that comes again may find the door closed by its own first run, which holds the conversation or has
    /// moved its end.
    private Optional<Admission> repeated(String tenant, NewRun.Idempotency idempotency) {
        return runs.earlier(tenant, idempotency)
                .map(creation -> creation instanceof Creation.Repeated(Run run)
                        ? new Admission.Repeated(run)
                        : new Admission.KeyReused());
    }

    private Admission decide(Application application) {
        return switch (application.history()) {
            case History.None() -> {
                Optional<Admission> wrong = CallPairs.check(application.input(), List.of(), List.of());
                yield wrong.orElseGet(() -> create(application, fresh(application), new Place.NewConversation(null)));
            }
            case History.Response(String id) -> afterResponse(application, id);
            case History.InConversation(String id) -> inConversation(application, id);
        };
    }

    private ConversationKey fresh(Application application) {
        return new ConversationKey(application.tenant(), ids.next());
    }

    private Admission afterResponse(Application application, String id) {
        Optional<Run> found = RunKey.parse(application.tenant(), id).flatMap(runs::find);
        Optional<Run> usable = found.filter(run -> run.request().store() && (run.waiting() || !run.placeless()));
        if (usable.isEmpty()) {
            return new Admission.PreviousResponseNotFound(id);
        }
        Run previous = usable.get();
        ConversationKey key = previous.key().conversation();
        Optional<Conversation> conversation = conversations.find(key);
        if (conversation.isEmpty()) {
            return new Admission.PreviousResponseNotFound(id);
        }
        if (!previous.status().terminal()) {
            boolean holder = previous.key().run().equals(conversation.get().activeRun());
            return holder && mayWait(application)
                    ? waitFor(application, conversation.get(), true)
                    : new Admission.ConversationLocked(key.wireId());
        }
        List<Item> output = itemsOf(conversations.range(key, previous.inputEnd(), previous.endSeq()));
        Optional<Admission> wrong = CallPairs.check(application.input(), output, output);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        boolean head = previous.endSeq() == conversation.get().nextSeq();
        return head && application.request().store()
                ? append(application, conversation.get())
                : create(application, fresh(application), fork(key, previous.endSeq()));
    }

    private Admission inConversation(Application application, String id) {
        Optional<Conversation> found =
                ConversationKey.parse(application.tenant(), id).flatMap(conversations::find);
        if (found.isEmpty()) {
            return new Admission.ConversationNotFound(id);
        }
        Conversation conversation = found.get();
        long end = conversation.nextSeq();
        boolean answers = application.input().stream().anyMatch(Item.ToolResult.class::isInstance);
        List<StoredItem> recent = answers && end > 0
                ? conversations
                        .newestFirst(
                                conversation.key(), end, RunStore.MOST_ITEMS_AT_ONCE, ContextLoader.MOST_CHARACTERS)
                        .reversed()
                : List.of();
        Optional<Admission> wrong = CallPairs.check(application.input(), itemsOf(recent), itemsOf(ofLastRun(recent)));
        if (wrong.isPresent()) {
            return wrong.get();
        }
        return application.request().store()
                ? append(application, conversation)
                : create(application, fresh(application), fork(conversation.key(), end));
    }

    private static List<StoredItem> ofLastRun(List<StoredItem> items) {
        return items.stream()
                .filter(item -> Objects.equals(item.run(), items.getLast().run()))
                .toList();
    }

    private static List<Item> itemsOf(List<StoredItem> stored) {
        return stored.stream().map(StoredItem::item).toList();
    }

    private static Place fork(ConversationKey from, long seq) {
        return new Place.NewConversation(new ForkPoint(from.id(), seq));
    }

    private Admission append(Application application, Conversation conversation) {
        if (conversation.activeRun() != null) {
            return mayWait(application)
                    ? waitFor(application, conversation, false)
                    : new Admission.ConversationLocked(conversation.key().wireId());
        }
        if (application.input().size() > RunStore.MOST_ITEMS_AT_ONCE) {
            return new Admission.TooManyItems(RunStore.MOST_ITEMS_AT_ONCE);
        }
        stayListed(conversation);
        Admission admission = create(
                application, conversation.key(), new Place.Append(conversation.nextSeq(), conversation.parent()));
        return admission instanceof Admission.ConversationLocked && mayWait(application)
                ? waitFor(application, conversation, false)
                : admission;
    }

    /// The turn prolongs the conversation beyond its entry in the list, once in a long while.
    private void stayListed(Conversation conversation) {
        Instant now = clock.instant();
        Instant expires = now.plus(settings.conversationTtl());
        // Its steps prolong it further.
        if (conversation.leavesList(expires.plus(settings.runTimeout()))) {
            conversations.keepListed(conversation.key(), Conversation.listedUntil(now, expires));
        }
    }

    /// Whoever is left to the queue can wait for a busy conversation. Results of tools can't: what they answer is not
    /// asked yet.
    private static boolean mayWait(Application application) {
        return application.request().background()
                && application.lease() == null
                && application.request().store()
                && application.input().stream().noneMatch(Item.ToolResult.class::isInstance);
    }

    /// @param next whether it must be the next one
    private Admission waitFor(Application application, Conversation conversation, boolean next) {
        if (application.input().size() > RunStore.MOST_WAITING_ITEMS) {
            return new Admission.TooManyItems(RunStore.MOST_WAITING_ITEMS);
        }
        stayListed(conversation);
        return create(application, conversation.key(), new Place.Waiting(next, conversation.parent()));
    }

    private Admission create(Application application, ConversationKey conversation, Place place) {
        Instant now = clock.instant();
        RunRequest request = application.request();
        var limits = new Limits(
                settings.maxSteps(), settings.maxAttempts(), now.plus(settings.runTimeout()), caps(application));
        List<Item> input = new ArrayList<>();
        for (Item item : application.input()) {
            long seq = Math.max(0, place.firstSeq()) + input.size();
            input.add(item.withId(ids.item(item.idPrefix(), conversation.id(), seq)));
        }
        var run = new NewRun(
                new RunKey(conversation, application.runId() == null ? ids.next() : application.runId()),
                request,
                application.applicant().payer(),
                limits,
                place,
                input,
                application.lease(),
                application.idempotency(),
                application.reply(),
                now,
                request.store() ? now.plus(settings.conversationTtl()) : limits.unstoredUntil());
        Payer payer = application.applicant().payer();
        Map<Scope, Integer> most = application.applicant().concurrentRuns();
        Optional<ConcurrentRuns.Full> full = concurrent.enter(run.key(), payer, most);
        if (full.isPresent()) {
            return new Admission.TooManyRuns(full.get());
        }
        Admission admission = created(run);
        if (!(admission instanceof Admission.Admitted)) {
            concurrent.leave(run.key(), payer, most);
        }
        return admission;
    }

    private Admission created(NewRun run) {
        try {
            return switch (runs.create(run)) {
                case Creation.Created(Run created) -> new Admission.Admitted(created, run.input());
                case Creation.Repeated(Run earlier) -> new Admission.Repeated(earlier);
                case Creation.KeyReused() -> new Admission.KeyReused();
                case Creation.Locked() ->
                    new Admission.ConversationLocked(run.key().conversation().wireId());
            };
        } catch (ItemTooLargeException _) {
            return new Admission.ItemTooLarge();
        }
    }
}
