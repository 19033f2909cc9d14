package dev.turnpike.tool;

/// A tool that runs on the server: a record of arguments and a function of it.
///
/// The JSON Schema that the model sees comes from the record's components; what the model sends is validated against
/// it before `call` runs, so `call` sees only well-formed arguments.
///
/// @param <A> the record of the arguments
public interface Tool<A extends Record> {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`; unique in the registry.
    String name();

    /// One or two sentences for the model: what it does and when to use it.
    String description();

    Class<A> arguments();

    default Effect effect() {
        return Effect.ONCE;
    }

    /// Runs the tool on the calling (virtual) thread.
    ///
    /// @return text for the model
    /// @throws ToolException what went wrong, in words that help the model; anything else thrown is reported as an
    ///     internal failure without its message
    String call(A arguments, ToolContext context) throws ToolException;
}
