package dev.turnpike.tool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The tools of this deployment: those that are installed, and behind them what its sources have now. Safe to
/// call from any number of threads.
public final class ToolRegistry {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Map<String, Entry<?>> installed;
    private final List<ToolSource> sources;

    private ToolRegistry(Map<String, Entry<?>> installed, List<ToolSource> sources) {
        this.installed = Collections.unmodifiableMap(installed);
        this.sources = List.copyOf(sources);
    }

    /// @throws IllegalArgumentException when two tools have one name, or a name is not 1 to 64 of `A-Z a-z
    ///     0-9 _ -`
    public static ToolRegistry of(List<Tool<?>> tools) {
        Map<String, Entry<?>> entries = new LinkedHashMap<>();
        for (Tool<?> tool : tools) {
            String name = tool.name();
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("a tool's name is 1 to 64 of A-Z a-z 0-9 _ -, not \"" + name + "\"");
            }
            if (entries.put(name, Entry.of(tool)) != null) {
                throw new IllegalArgumentException("two tools are called \"" + name + "\"");
            }
        }
        return new ToolRegistry(entries, List.of());
    }

    /// These, and behind them those that jars beside ours name in `META-INF/services/dev.turnpike.tool.Tool`.
    ///
    /// @throws IllegalArgumentException as [#of]
    /// @throws java.util.ServiceConfigurationError one of them can't be made
    public static ToolRegistry withInstalled(List<Tool<?>> tools, ClassLoader jars) {
        List<Tool<?>> all = new ArrayList<>(tools);
        for (Tool<?> installed : ServiceLoader.load(Tool.class, jars)) {
            all.add(installed);
        }
        return of(all);
    }

    /// The same with tools that come and go. Where names clash, the installed one counts, and then the first.
    public ToolRegistry with(List<ToolSource> more) {
        return new ToolRegistry(installed, more);
    }

    /// Of those that are always there, in the order of registration. Asks no source.
    public Set<String> installedNames() {
        return installed.keySet();
    }

    /// In the order of registration, the tools of sources last.
    public Set<String> names() {
        return entries().keySet();
    }

    /// Those that models may be shown, in the order of registration.
    public List<String> offered() {
        return entries().values().stream()
                .map(Entry::tool)
                .filter(Tool::offered)
                .map(Tool::name)
                .toList();
    }

    public Optional<Tool<?>> find(String name) {
        return Optional.ofNullable(entry(name)).map(Entry::tool);
    }

    private @Nullable Entry<?> entry(String name) {
        Entry<?> known = installed.get(name);
        return known == null && !sources.isEmpty() ? entries().get(name) : known;
    }

    private Map<String, Entry<?>> entries() {
        if (sources.isEmpty()) {
            return installed;
        }
        Map<String, Entry<?>> all = new LinkedHashMap<>(installed);
        for (ToolSource source : sources) {
            for (Tool<?> tool : now(source)) {
                if (NAME.matcher(tool.name()).matches()) {
                    all.computeIfAbsent(tool.name(), _ -> Entry.of(tool));
                }
            }
        }
        return all;
    }

    private static List<Tool<?>> now(ToolSource source) {
        try {
            return source.tools();
        } catch (RuntimeException _) {
            // The source tells its operator. The others' tools are there all the same.
            return List.of();
        }
    }

    /// [Effect#READ_ONLY] for a tool that is not there: calling it does nothing but say so.
    public Effect effect(String name) {
        return find(name).map(Tool::effect).orElse(Effect.READ_ONLY);
    }

    /// What the model is told of the tools in `allowed`, in the order of registration; other names are
    /// ignored.
    public List<ToolSpec> specs(Set<String> allowed) {
        return entries().values().stream()
                .filter(entry -> allowed.contains(entry.tool().name()))
                .map(Entry::spec)
                .toList();
    }

    /// Loads what the first call of every installed tool would load, which takes up to a second in a fresh
    /// JVM. Meant for the time before a snapshot; without it the first call waits. Asks no source.
    public void prime() {
        installed.values().forEach(entry -> entry.schema().prime());
    }

    /// Checks the arguments and says what the tool would do; one that changes nothing does it. Throws nothing, as
    /// [#run].
    public ToolOutcome preview(String name, String argumentsJson, ToolContext context) {
        return perform(name, entry -> entry.preview(argumentsJson, context));
    }

    /// The call that undoes one that has ended; empty when there is none, or the tool is not there any more.
    ///
    /// @param argumentsJson as the call had them
    /// @param output what it answered
    /// @param context as the call had it
    public Optional<Compensation> compensation(String name, String argumentsJson, String output, ToolContext context) {
        Entry<?> entry = entry(name);
        return entry == null ? Optional.empty() : entry.compensation(argumentsJson, output, context);
    }

    /// What an approval of a call is bound to beside its arguments, see [Tool#boundTo].
    public String boundTo(String name, ToolContext context) {
        return find(name).map(tool -> tool.boundTo(context)).orElse("");
    }

    /// Whether that still is as it was.
    public boolean stillBound(String name, String boundTo, ToolContext context) {
        return find(name).map(tool -> tool.stillBound(boundTo, context)).orElse(true);
    }

    /// Checks the arguments and runs the tool on the calling thread. Throws nothing: whatever goes wrong is a failed
    /// outcome. Giving up at the context's deadline is the caller's part.
    ///
    /// @param argumentsJson as the model sent it
    public ToolOutcome run(String name, String argumentsJson, ToolContext context) {
        return perform(name, entry -> entry.run(argumentsJson, context));
    }

    private ToolOutcome perform(String name, Function<Entry<?>, ToolOutcome> act) {
        Entry<?> entry = entry(name);
        if (entry == null) {
            String text =
                    "There is no tool \"%s\". Tools: %s".formatted(ToolText.head(name, 64), String.join(", ", names()));
            return failed(name, ToolOutcome.Reason.UNKNOWN_TOOL, text, null);
        }
        try {
            return act.apply(entry);
        } catch (Throwable e) {
            // Errors too: a tool that ran out of stack or heap has let go of it by now, and the run goes on
            // without it.
            return failed(name, ToolOutcome.Reason.BROKEN, name + " failed with an internal error.", e);
        }
    }

    private static ToolOutcome failed(String name, ToolOutcome.Reason reason, String text, @Nullable Throwable cause) {
        return new ToolOutcome.Failed(name, reason, ToolText.forModel(text), cause);
    }

    private record Entry<A>(Tool<A> tool, ToolSchema<A> schema) {
        static <A> Entry<A> of(Tool<A> tool) {
            return new Entry<>(tool, tool.arguments());
        }

        ToolSpec spec() {
            return new ToolSpec(tool.name(), tool.description(), schema.json(), null);
        }

        ToolOutcome run(String argumentsJson, ToolContext context) {
            return perform(argumentsJson, arguments -> tool.call(arguments, context));
        }

        ToolOutcome preview(String argumentsJson, ToolContext context) {
            return tool.effect() == Effect.READ_ONLY
                    ? run(argumentsJson, context)
                    : perform(argumentsJson, arguments -> tool.preview(arguments, context));
        }

        Optional<Compensation> compensation(String argumentsJson, String output, ToolContext context) {
            try {
                return tool.compensation(schema.read(argumentsJson), output, context);
            } catch (ToolException _) {
                // It would not have run with these.
                return Optional.empty();
            }
        }

        private ToolOutcome perform(String argumentsJson, Act<A> act) {
            String name = tool.name();
            A arguments;
            try {
                arguments = schema.read(argumentsJson);
            } catch (ToolException e) {
                String text = "Invalid arguments for " + name + ": " + e.getMessage();
                return failed(name, ToolOutcome.Reason.INVALID_ARGUMENTS, text, null);
            }
            try {
                return new ToolOutcome.Done(ToolText.forModel(act.on(arguments)));
            } catch (ToolException e) {
                String text = name + ": " + e.getMessage();
                return e.isOutcomeUnknown()
                        ? failed(name, ToolOutcome.Reason.BROKEN, text, e)
                        : failed(name, ToolOutcome.Reason.REFUSED, text, null);
            }
        }

        private interface Act<A> {
            String on(A arguments) throws ToolException;
        }
    }
}
