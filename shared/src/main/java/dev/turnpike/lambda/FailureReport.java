package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/// A failure in the form that Lambda shows: the exception's class, its message and the top of its stack.
///
/// It goes to whoever invoked the function, so it holds nothing but what the code itself put into its messages,
/// and of that no more than the first 1,000 characters.
record FailureReport(String errorType, String errorMessage, List<String> stackTrace) {
    static final String TYPE_HEADER = "Lambda-Runtime-Function-Error-Type";
    static final String BODY_HEADER = "Lambda-Runtime-Function-Error-Body";

    /// The kind of every failure of a handler; which failure it was, the body says.
    static final String HANDLER_FAILED = "Runtime.UserException";

    private static final int MESSAGE_LENGTH = 1_000;
    private static final int FRAMES = 20;
    private static final int CAUSES = 3;
    private static final int CAUSE_FRAMES = 5;

    static FailureReport of(Throwable failure) {
        var stack = new ArrayList<String>();
        addFrames(stack, failure, FRAMES);
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < CAUSES; depth++, cause = cause.getCause()) {
            stack.add("Caused by: " + cause.getClass().getName() + ": " + message(cause));
            addFrames(stack, cause, CAUSE_FRAMES);
        }
        return new FailureReport(failure.getClass().getName(), message(failure), List.copyOf(stack));
    }

    private static void addFrames(List<String> stack, Throwable failure, int limit) {
        StackTraceElement[] frames = failure.getStackTrace();
        for (int i = 0; i < Math.min(limit, frames.length); i++) {
            stack.add(frames[i].toString());
        }
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return "";
        }
        return message.length() > MESSAGE_LENGTH ? message.substring(0, MESSAGE_LENGTH) + "…" : message;
    }

    /// `{"errorMessage", "errorType", "stackTrace"}`, as Lambda's own runtimes report it.
    byte[] toJson() {
        var json = new StringBuilder(1_024).append('{');
        appendFieldsTo(json);
        return json.append('}').toString().getBytes(UTF_8);
    }

    void appendFieldsTo(StringBuilder json) {
        Json.string(json.append("\"errorMessage\":"), errorMessage);
        Json.string(json.append(",\"errorType\":"), errorType);
        json.append(",\"stackTrace\":[");
        for (int i = 0; i < stackTrace.size(); i++) {
            Json.string(json.append(i == 0 ? "" : ","), stackTrace.get(i));
        }
        json.append(']');
    }
}
