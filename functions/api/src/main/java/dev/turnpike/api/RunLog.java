package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.ledger.LedgerLog;
import dev.turnpike.run.RunEvent;
import java.util.function.Consumer;

/// What the log is told of a run: what it used, and what went wrong.
final class RunLog {
    private RunLog() {}

    static Consumer<RunEvent> of(LambdaLogger log) {
        return event -> {
            switch (event) {
                case RunEvent.Settled settled -> log.log(LedgerLog.line(settled.row()), LogLevel.INFO);
                case RunEvent.ToolBroke(String run, String tool, Throwable cause) ->
                    log.log("run " + run + ": tool " + tool + " broke: " + FailureTrace.of(cause), LogLevel.ERROR);
                case RunEvent.Warned(String run, String warning) ->
                    log.log("run " + run + ": " + warning, LogLevel.WARN);
                case RunEvent.Ended ended
                when ended.run().error() != null ->
                    log.log(
                            "run " + ended.run().key().run() + " failed: "
                                    + ended.run().error().code(),
                            LogLevel.WARN);
                default -> {}
            }
        };
    }
}
