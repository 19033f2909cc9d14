package dev.turnpike.stack;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/// Lets invocations die at their calls of AWS. The SDK finds it by itself, for all its clients; nobody else's calls are
/// touched.
public final class DyingCalls implements ExecutionInterceptor {
    @Override
    public void beforeExecution(Context.BeforeExecution call, ExecutionAttributes attributes) {
        Mortal.calls();
    }

    @Override
    public void afterExecution(Context.AfterExecution call, ExecutionAttributes attributes) {
        Mortal.hasCalled();
    }
}
