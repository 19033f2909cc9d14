package dev.turnpike.engine;

import dev.turnpike.calls.CallRules;
import dev.turnpike.calls.ToolOutput;
import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.ContextWindow.Fit;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.FixedTexts;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ModelRequest.CacheUse;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunRequest.Compaction;
import dev.turnpike.tool.ToolSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a model is shown: as much of the conversation as fits, the instructions and the tools.
public final class Prompt {
    /// A model whose context nobody knows is taken to have this much.
    private static final long UNKNOWN_CONTEXT_TOKENS = 128_000;

    /// Of what calls for compaction, this part may be left as it is.
    private static final int KEPT_FRACTION = 4;

    private static final long MOST_REQUEST_TOKENS = 8_000;
    private static final int MOST_SUMMARY_TOKENS = 4_000;

    /// Parameters that shape an answer, which a summary is not.
    private static final Set<String> OF_ANSWERS =
            Set.of("response_format", "logprobs", "top_logprobs", "stop", "verbosity", "n");

    private static final String SUMMARISE = """
        The conversation above will be cut off here, and whoever goes on with it will have only what you write now.
        Write a summary of it for them. Keep what the user wants and has decided, every name, number, date,
        identifier, path and address word for word, what the tools have done and found, and what is still to be
        done. Leave out what no longer matters. Neither answer the user nor call a tool; write the summary alone,
        in the language of the conversation.
        """;

    private final ContextWindow window;
    private final GuardedTools tools;
    private final PriceList prices;
    private final EngineSettings settings;

    public Prompt(ContextWindow window, GuardedTools tools, PriceList prices, EngineSettings settings) {
        this.window = window;
        this.tools = tools;
        this.prices = prices;
        this.settings = settings;
    }

    /// What the next call of a run sends; empty when its input is more than the model takes, or when older items would
    /// have to be left out and must not.
    Optional<ModelRequest> next(LiveRun live) {
        RunRequest request = live.run().request();
        List<ToolSpec> offered = offered(live);
        Fit context = fit(view(live.items(), live.ownItems()), request, offered);
        boolean whole = !context.dropped() && !live.olderItems();
        return context.fits() && (whole || request.truncation())
                ? Optional.of(modelRequest(
                        request, live.begins(), context.items(), offered, cache(live.run(), context.items())))
                : Optional.empty();
    }

    /// What the first call of a run would send, whether or not the model takes so much.
    ///
    /// @param items the past and the input, oldest first
    /// @param input how many of them are the input
    public ModelRequest first(RunRequest request, List<Item> items, int input) {
        List<ToolSpec> offered = offered(request);
        ModelView view = view(items, input);
        Fit context = fit(view, request, offered);
        return modelRequest(request, true, context.fits() ? context.items() : view.all(), offered, null);
    }

    /// What becomes of the calls of the tools that a run is offered.
    CallRules rules(Run run) {
        return new CallRules(tools, run);
    }

    /// Whether the older part of what the model would be shown is to be summarised first.
    ///
    /// @param added items that are about to be committed
    boolean compactionDue(LiveRun live, List<Item> added) {
        RunRequest request = live.run().request();
        return switch (request.compaction()) {
            case Compaction.Never() -> false;
            case Compaction.AtOnce() -> true;
            case Compaction.Above(long tokens) -> exceeds(tokens, live, added);
            case Compaction.NearlyFull() -> exceeds(nearlyFull(request), live, added);
        };
    }

    private boolean exceeds(long tokens, LiveRun live, List<Item> added) {
        List<Item> items = new ArrayList<>(live.items());
        items.addAll(added);
        ModelView view = view(items, live.ownItems() + added.size());
        RunRequest request = live.run().request();
        boolean much = view.items().size() > settings.maxHistory()
                || window.exceeds(request.model(), tokens, fixed(request, offered(live)), view.all());
        return much && cut(request, view, tokens) > 0;
    }

    private int cut(RunRequest request, ModelView view, long threshold) {
        return view.cut(
                window.tokens(request.model())::of, threshold / KEPT_FRACTION, settings.maxHistory() / KEPT_FRACTION);
    }

    private long nearlyFull(RunRequest request) {
        return budget(request) * 8 / 10;
    }

    /// @param request asks the model for a summary
    /// @param kept how many items stay as they are right before the summary
    /// @param latestRequest what the caller last said
    /// @param requests the caller's messages to give back beside the summary, where nothing else was asked for
    record Compacting(ModelRequest request, int kept, String latestRequest, List<Item.Message> requests) {}

    /// Asks for a summary of what the model was last shown. It begins as every call of the conversation begins, so that
    /// a provider's cache of prompts serves for it.
    Compacting compaction(LiveRun live) {
        RunRequest request = live.run().request();
        ModelView view = view(live.items(), live.ownItems());
        int cut = switch (request.compaction()) {
            case Compaction.Never(), Compaction.AtOnce() -> view.items().size();
            case Compaction.Above(long tokens) -> cut(request, view, tokens);
            case Compaction.NearlyFull() -> cut(request, view, nearlyFull(request));
        };
        List<Item.Message> requests = request.compaction() instanceof Compaction.AtOnce
                ? view.requests(window.tokens(request.model())::of, MOST_REQUEST_TOKENS)
                : List.of();
        List<Item> old = new ArrayList<>(view.items().subList(0, cut));
        old.add(Item.Message.text("", Item.Role.USER, SUMMARISE));
        List<ToolSpec> offered = offered(live);
        Fit context = fit(new ModelView(view.summary(), old, 1), request, offered);
        return new Compacting(
                summaryOf(request, context.items(), offered),
                view.items().size() - cut + requests.size(),
                view.latestRequest(),
                requests);
    }

    private static ModelRequest summaryOf(RunRequest request, List<Item> items, List<ToolSpec> offered) {
        Map<String, String> parameters = new HashMap<>(request.parameters());
        parameters.keySet().removeAll(OF_ANSWERS);
        return new ModelRequest(
                request.model(),
                request.instructions(),
                items,
                offered,
                new ToolChoice.None(),
                request.parallelToolCalls(),
                MOST_SUMMARY_TOKENS,
                parameters);
    }

    /// Tokens of all that a run could be shown, about.
    long tokens(LiveRun live) {
        return view(live.items(), live.ownItems()).all().stream()
                .mapToLong(window.tokens(live.run().request().model())::of)
                .sum();
    }

    private ModelView view(List<Item> items, int own) {
        return ModelView.of(ToolOutput.marked(items, tools), own);
    }

    /// Once our tools have been called as often as they may be, the model must answer without them.
    private List<ToolSpec> offered(LiveRun live) {
        RunRequest request = live.run().request();
        return live.toolCalls() < request.maxToolCalls() ? offered(request) : request.clientTools();
    }

    private List<ToolSpec> offered(RunRequest request) {
        List<ToolSpec> offered = new ArrayList<>(request.clientTools());
        if (!request.serverTools().isEmpty()) {
            offered.addAll(tools.registry().specs(Set.copyOf(request.serverTools())));
        }
        return offered;
    }

    /// A summary is shown in any case, before all else.
    private Fit fit(ModelView view, RunRequest request, List<ToolSpec> offered) {
        List<String> fixed = fixed(request, offered);
        Item.Compaction summary = view.summary();
        if (summary == null) {
            return window.fit(
                    request.model(), view.items(), view.own(), settings.maxHistory(), fixed, () -> budget(request));
        }
        fixed.add(summary.summary() + summary.latestRequest());
        Fit fit = window.fit(
                request.model(), view.items(), view.own(), settings.maxHistory(), fixed, () -> budget(request));
        return new Fit(new ModelView(summary, fit.items(), 0).all(), fit.dropped(), fit.fits());
    }

    private static List<String> fixed(RunRequest request, List<ToolSpec> offered) {
        return FixedTexts.about(request.model(), request.instructions(), offered, request.parameters());
    }

    /// The model's context less the answer, which never takes more than half of it.
    private long budget(RunRequest request) {
        long context = settings.contextWindow() > 0
                ? settings.contextWindow()
                : prices.contextWindow(request.model()).orElse(UNKNOWN_CONTEXT_TOKENS);
        return context - Math.min(request.maxOutputTokens(), context / 2);
    }

    private static ModelRequest modelRequest(
            RunRequest request, boolean first, List<Item> items, List<ToolSpec> offered, @Nullable CacheUse cache) {
        return new ModelRequest(
                request.model(),
                request.instructions(),
                items,
                offered,
                choice(request, first),
                request.parallelToolCalls(),
                request.maxOutputTokens(),
                request.parameters(),
                cache);
    }

    /// What a link leads to may be another thing tomorrow.
    private static boolean links(List<Item> items) {
        return items.stream().flatMap(item -> item.parts().stream()).anyMatch(Part::isLinked);
    }

    private static @Nullable CacheUse cache(Run run, List<Item> items) {
        RunRequest request = run.request();
        RunRequest.Cache cache = request.cache();
        return cache != null && (cache.anyway() || (request.deterministic() && !links(items)))
                ? new CacheUse(run.key().tenant(), cache.timeToLive(), request.format())
                : null;
    }

    /// A forced call is forced once: after its result the model must be free to answer.
    private static ToolChoice choice(RunRequest request, boolean first) {
        return switch (request.toolChoice()) {
            case ToolChoice.Auto _, ToolChoice.None _ -> request.toolChoice();
            case ToolChoice.Required _, ToolChoice.Named _ -> first ? request.toolChoice() : ToolChoice.AUTO;
        };
    }
}
