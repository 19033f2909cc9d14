package dev.turnpike.fake;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// A tool that remembers each of its starts by the idempotency key, and answers what the test says.
public final class CountedTool implements Tool<CountedTool.NoArguments> {
    public record NoArguments() {}

    /// What the tool does.
    public interface Behaviour {
        String run(ToolContext context) throws ToolException;
    }

    private final String name;
    private final Effect effect;
    private final List<String> starts = new ArrayList<>();
    private volatile Behaviour behaviour;
    private volatile Supplier<String> boundTo = () -> "";
    private volatile Kind kind = Kind.BUILT_IN;
    private volatile PortCalls calls = new PortCalls();

    private CountedTool(String name, Effect effect) {
        this.name = name;
        this.effect = effect;
        this.behaviour = _ -> "The answer of " + name + ".";
    }

    public static CountedTool readOnly(String name) {
        return new CountedTool(name, Effect.READ_ONLY);
    }

    public static CountedTool repeatable(String name) {
        return new CountedTool(name, Effect.REPEATABLE);
    }

    public static CountedTool once(String name) {
        return new CountedTool(name, Effect.ONCE);
    }

    /// One that a policy looks at.
    public CountedTool of(Kind where) {
        kind = where;
        return this;
    }

    /// @param state what a person looks at who allows a call
    public CountedTool boundBy(Supplier<String> state) {
        boundTo = state;
        return this;
    }

    @Override
    public String boundTo(ToolContext context) {
        return boundTo.get();
    }

    public CountedTool doing(Behaviour next) {
        behaviour = next;
        return this;
    }

    /// Forgets its starts. What goes wrong with its calls from now on is planned here.
    public synchronized void startOver(PortCalls plan) {
        starts.clear();
        calls = plan;
    }

    /// The idempotency key of every start, in order.
    public synchronized List<String> starts() {
        return List.copyOf(starts);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "Counts its starts.";
    }

    @Override
    public ToolSchema<NoArguments> arguments() {
        return ToolSchema.of(NoArguments.class);
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public Effect effect() {
        return effect;
    }

    @Override
    public String call(NoArguments arguments, ToolContext context) throws ToolException {
        return calls.through("tool " + name, () -> start(context), _ -> new ToolException("No answer came."));
    }

    private String start(ToolContext context) throws ToolException {
        synchronized (this) {
            starts.add(context.idempotencyKey());
        }
        return behaviour.run(context);
    }
}
