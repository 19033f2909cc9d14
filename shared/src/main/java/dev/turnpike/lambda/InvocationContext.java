package dev.turnpike.lambda;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// What a handler may ask about the invocation that it serves.
///
/// There is never an identity nor a client context: both come only from direct calls through AWS's mobile SDKs.
final class InvocationContext implements Context {
    private final NextInvocation invocation;
    private final RuntimeEnvironment environment;
    private final InstantSource clock;
    private final LambdaLogger logger;

    InvocationContext(
            NextInvocation invocation, RuntimeEnvironment environment, InstantSource clock, LambdaLogger logger) {
        this.invocation = invocation;
        this.environment = environment;
        this.clock = clock;
        this.logger = logger;
    }

    @Override
    public String getAwsRequestId() {
        return invocation.requestId();
    }

    @Override
    public String getLogGroupName() {
        return environment.logGroup();
    }

    @Override
    public String getLogStreamName() {
        return environment.logStream();
    }

    @Override
    public String getFunctionName() {
        return environment.functionName();
    }

    @Override
    public String getFunctionVersion() {
        return environment.functionVersion();
    }

    @Override
    public String getInvokedFunctionArn() {
        return invocation.functionArn();
    }

    @Override
    public @Nullable CognitoIdentity getIdentity() {
        return null;
    }

    @Override
    public @Nullable ClientContext getClientContext() {
        return null;
    }

    /// Milliseconds until Lambda ends the environment; zero once they are over.
    @Override
    public int getRemainingTimeInMillis() {
        return Math.clamp(invocation.deadline().toEpochMilli() - clock.millis(), 0, Integer.MAX_VALUE);
    }

    @Override
    public int getMemoryLimitInMB() {
        return environment.memoryLimitMegabytes();
    }

    @Override
    public LambdaLogger getLogger() {
        return logger;
    }

    @Override
    public @Nullable String getTenantId() {
        return invocation.tenantId();
    }

    @Override
    public @Nullable String getXrayTraceId() {
        return invocation.traceId();
    }
}
