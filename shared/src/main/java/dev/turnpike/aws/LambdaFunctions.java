package dev.turnpike.aws;

import dev.turnpike.tool.FunctionInvoker;
import dev.turnpike.tool.ToolException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// Lambda functions of the account, called one at a time and never twice for one call.
public final class LambdaFunctions implements FunctionInvoker {
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final Supplier<LambdaClient> lambda;
    private final InstantSource clock;

    /// @param lambda a client with [#callOnce()]
    public LambdaFunctions(Supplier<LambdaClient> lambda, InstantSource clock) {
        this.lambda = lambda;
        this.clock = clock;
    }

    /// The client would call again after it has heard nothing, when the function may be at work already.
    public static ClientOverrideConfiguration callOnce() {
        return ClientOverrideConfiguration.builder()
                .retryStrategy(RetryMode.STANDARD)
                .retryStrategy(strategy -> strategy.maxAttempts(1))
                .build();
    }

    @Override
    public byte[] invoke(String function, byte[] payload, Instant deadline) throws ToolException {
        Duration left = Duration.between(clock.instant(), deadline);
        if (!left.isPositive()) {
            throw new ToolException("there was no time left to call the function");
        }
        try {
            InvokeResponse answer = lambda.get()
                    .invoke(request -> request.functionName(function)
                            .invocationType(InvocationType.REQUEST_RESPONSE)
                            .payload(SdkBytes.fromByteArrayUnsafe(payload))
                            .overrideConfiguration(
                                    call -> call.apiCallTimeout(left).apiCallAttemptTimeout(left)));
            if (answer.functionError() != null) {
                throw ToolException.outcomeUnknown("the function failed");
            }
            return answer.payload() == null ? new byte[0] : answer.payload().asByteArray();
        } catch (TooManyRequestsException _) {
            throw new ToolException("the function is called too often at the moment, try again later");
        } catch (LambdaException refused) {
            throw refused.statusCode() >= BAD_REQUEST && refused.statusCode() < SERVER_ERROR
                    ? new ToolException("the function is not there, may not be called, or not with so much")
                    : ToolException.outcomeUnknown("the function could not be called");
        } catch (SdkException _) {
            throw ToolException.outcomeUnknown("the function did not answer in time");
        }
    }
}
