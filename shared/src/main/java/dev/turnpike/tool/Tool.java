package dev.turnpike.tool;

import java.util.Optional;

/// A tool that runs on the server: what it accepts, and a function of it.
///
/// What the model sends is validated against the schema of the arguments before `call` runs, so `call` sees only
/// well-formed arguments.
///
/// @param <A> the record of the arguments; `String` for a tool whose schema was given as text
public interface Tool<A> {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`; unique in the registry.
    String name();

    /// One or two sentences for the model: what it does and when to use it.
    String description();

    /// Of a record, [ToolSchema#of], or of a schema that was written by hand, [ToolSchema#given].
    ToolSchema<A> arguments();

    default Effect effect() {
        return Effect.ONCE;
    }

    /// Where it runs, and so how far its output is trusted.
    default Kind kind() {
        return Kind.JAVA;
    }

    /// Whether models are ever shown it; otherwise only a rollback calls it.
    default boolean offered() {
        return true;
    }

    /// Runs the tool on the calling (virtual) thread.
    ///
    /// @return text for the model
    /// @throws ToolException what went wrong, in words that help the model; anything else thrown is reported as an
    ///     internal failure without its message
    String call(A arguments, ToolContext context) throws ToolException;

    /// A dry run: what the call would change or send. Nothing happens, here or elsewhere. A tool that is
    /// [Effect#READ_ONLY] is called instead: that changes nothing either.
    ///
    /// @return text for the model and for the person who is asked
    /// @throws ToolException why the call would fail
    default String preview(A arguments, ToolContext context) throws ToolException {
        return "Would call " + name() + " with these arguments. What that changes is not known before.";
    }

    /// The call that undoes a call which has ended well.
    ///
    /// @param output what the call answered
    /// @param context as the call had it, the idempotency key included
    /// @return empty when the call can't be undone; not asked of a tool that is [Effect#READ_ONLY]
    default Optional<Compensation> compensation(A arguments, String output, ToolContext context) {
        return Optional.empty();
    }

    /// What a person looks at who allows a call, beside its arguments: the approval holds while that is the same.
    ///
    /// @return empty for nothing
    default String boundTo(ToolContext context) {
        return "";
    }

    /// Whether an approval that was given for `boundTo` still holds.
    ///
    /// @param context of the call that is about to start
    default boolean stillBound(String boundTo, ToolContext context) {
        return boundTo.equals(boundTo(context));
    }
}
