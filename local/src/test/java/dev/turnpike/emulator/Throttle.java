package dev.turnpike.emulator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/// Makes the table leave part of every batch undone, as DynamoDB does when it is throttled and DynamoDB Local never.
final class Throttle implements ExecutionInterceptor {
    private static final ExecutionAttribute<Map<String, List<WriteRequest>>> LEFT =
            new ExecutionAttribute<>("left-undone");

    private volatile int most = Integer.MAX_VALUE;
    private final AtomicInteger batches = new AtomicInteger();

    /// @param writes that one call gets done
    void atMost(int writes) {
        most = writes;
        batches.set(0);
    }

    /// Calls since then.
    int batches() {
        return batches.get();
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        if (!(context.request() instanceof BatchWriteItemRequest batch)) {
            return context.request();
        }
        batches.incrementAndGet();
        Map.Entry<String, List<WriteRequest>> writes =
                batch.requestItems().entrySet().iterator().next();
        int done = Math.min(most, writes.getValue().size());
        List<WriteRequest> left =
                writes.getValue().subList(done, writes.getValue().size());
        attributes.putAttribute(LEFT, left.isEmpty() ? Map.of() : Map.of(writes.getKey(), left));
        return batch.toBuilder()
                .requestItems(Map.of(writes.getKey(), writes.getValue().subList(0, done)))
                .build();
    }

    @Override
    public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
        return context.response() instanceof BatchWriteItemResponse done
                ? done.toBuilder()
                        .unprocessedItems(attributes.getAttribute(LEFT))
                        .build()
                : context.response();
    }
}
