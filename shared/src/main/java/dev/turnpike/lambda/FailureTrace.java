package dev.turnpike.lambda;

/// Failures for the log: what was thrown and where, without the messages, which may hold what a caller or a provider
/// wrote.
public final class FailureTrace {
    private static final int FRAMES = 12;

    private FailureTrace() {}

    public static String of(Throwable failure) {
        var text = new StringBuilder();
        for (Throwable at = failure; at != null; at = at.getCause()) {
            text.append(text.isEmpty() ? "" : "; caused by ")
                    .append(at.getClass().getName());
            StackTraceElement[] frames = at.getStackTrace();
            for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
                text.append(" at ").append(frames[i]);
            }
        }
        return text.toString();
    }
}
