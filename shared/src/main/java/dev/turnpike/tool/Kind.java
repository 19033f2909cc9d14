package dev.turnpike.tool;

import java.util.Locale;

/// Where a tool runs.
public enum Kind {
    /// In our own code, on nothing but its arguments and the conversation's notes.
    BUILT_IN,
    /// In a jar beside ours.
    JAVA,
    /// In another Lambda function of the account.
    LAMBDA,
    /// Behind an HTTP endpoint.
    HTTP,
    /// On a server that speaks the Model Context Protocol.
    MCP,
    /// On the conversation's files.
    WORKSPACE,
    /// In the sandbox, on a copy of the conversation's files.
    SANDBOX;

    /// In lower case, as in a log and in an answer.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
