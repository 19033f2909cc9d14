package dev.turnpike.run;

import dev.turnpike.conversation.ContextWindow;
import dev.turnpike.conversation.ContextWindow.Fit;
import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.tool.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a model is shown: as much of the conversation as fits, the instructions and the tools.
public final class Prompt {
    /// A model whose context nobody knows is taken to have this much.
    private static final long UNKNOWN_CONTEXT_TOKENS = 128_000;

    private final ContextWindow window;
    private final ToolRegistry tools;
    private final PriceList prices;
    private final EngineSettings settings;

    public Prompt(ContextWindow window, ToolRegistry tools, PriceList prices, EngineSettings settings) {
        this.window = window;
        this.tools = tools;
        this.prices = prices;
        this.settings = settings;
    }

    /// What the next call of a run sends; empty when its input is more than the model takes, or when older items would
    /// have to be left out and must not.
    Optional<ModelRequest> next(LiveRun live) {
        RunRequest request = live.run().request();
        List<ToolSpec> offered = offered(request);
        Fit context = fit(live.items(), live.ownItems(), request, offered);
        boolean whole = !context.dropped() && !live.olderItems();
        return context.fits() && (whole || request.truncation())
                ? Optional.of(modelRequest(request, live.run().step(), context.items(), offered))
                : Optional.empty();
    }

    /// What the first call of a run would send, whether or not the model takes so much.
    ///
    /// @param items the past and the input, oldest first
    /// @param input how many of them are the input
    public ModelRequest first(RunRequest request, List<Item> items, int input) {
        List<ToolSpec> offered = offered(request);
        Fit context = fit(items, input, request, offered);
        return modelRequest(request, 0, context.fits() ? context.items() : items, offered);
    }

    /// Tokens of all that a run can see, about.
    long tokens(LiveRun live) {
        return live.items().stream().mapToLong(window::tokens).sum();
    }

    private List<ToolSpec> offered(RunRequest request) {
        List<ToolSpec> offered = new ArrayList<>(request.clientTools());
        if (!request.serverTools().isEmpty()) {
            offered.addAll(tools.specs(Set.copyOf(request.serverTools())));
        }
        return offered;
    }

    private Fit fit(List<Item> items, int ownItems, RunRequest request, List<ToolSpec> offered) {
        List<String> fixed = new ArrayList<>();
        if (request.instructions() != null) {
            fixed.add(request.instructions());
        }
        for (ToolSpec tool : offered) {
            fixed.add(tool.toString());
        }
        return window.fit(items, ownItems, settings.maxHistory(), fixed, () -> budget(request));
    }

    /// The model's context less the answer, which never takes more than half of it.
    private long budget(RunRequest request) {
        long context = settings.contextWindow() > 0
                ? settings.contextWindow()
                : prices.contextWindow(request.model()).orElse(UNKNOWN_CONTEXT_TOKENS);
        return context - Math.min(request.maxOutputTokens(), context / 2);
    }

    private static ModelRequest modelRequest(RunRequest request, int step, List<Item> items, List<ToolSpec> offered) {
        return new ModelRequest(
                request.model(),
                request.instructions(),
                items,
                offered,
                choice(request, step),
                request.parallelToolCalls(),
                request.maxOutputTokens(),
                request.parameters());
    }

    /// A forced call is forced once: after its result the model must be free to answer.
    private static ToolChoice choice(RunRequest request, int step) {
        return switch (request.toolChoice()) {
            case ToolChoice.Auto auto -> auto;
            case ToolChoice.None none -> none;
            case ToolChoice.Required required -> step == 0 ? required : ToolChoice.AUTO;
            case ToolChoice.Named named -> step == 0 ? named : ToolChoice.AUTO;
        };
    }
}
