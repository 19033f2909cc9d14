package dev.turnpike.emulator;

import java.util.List;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/// Adds up what a client's calls consume.
final class CapacityMeter implements ExecutionInterceptor {
    private static final ReturnConsumedCapacity TOTAL = ReturnConsumedCapacity.TOTAL;

    /// @param pages of queries, each of at most 1 MB
    /// @param rows in them
    record Consumed(int pages, int rows, double readUnits, double writeUnits) {
        static final Consumed NOTHING = new Consumed(0, 0, 0, 0);

        Consumed plus(int morePages, int moreRows, double moreRead, double moreWrite) {
            return new Consumed(pages + morePages, rows + moreRows, readUnits + moreRead, writeUnits + moreWrite);
        }
    }

    private Consumed consumed = Consumed.NOTHING;

    /// Since the last call of this.
    synchronized Consumed take() {
        Consumed taken = consumed;
        consumed = Consumed.NOTHING;
        return taken;
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return switch (context.request()) {
            case QueryRequest query ->
                query.toBuilder().returnConsumedCapacity(TOTAL).build();
            case GetItemRequest get ->
                get.toBuilder().returnConsumedCapacity(TOTAL).build();
            case PutItemRequest put ->
                put.toBuilder().returnConsumedCapacity(TOTAL).build();
            case UpdateItemRequest update ->
                update.toBuilder().returnConsumedCapacity(TOTAL).build();
            case TransactWriteItemsRequest write ->
                write.toBuilder().returnConsumedCapacity(TOTAL).build();
            default -> context.request();
        };
    }

    @Override
    public synchronized void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        consumed = switch (context.response()) {
            case QueryResponse page -> consumed.plus(1, page.count(), units(page.consumedCapacity()), 0);
            case GetItemResponse get -> consumed.plus(0, 0, units(get.consumedCapacity()), 0);
            case PutItemResponse put -> consumed.plus(0, 0, 0, units(put.consumedCapacity()));
            case UpdateItemResponse update -> consumed.plus(0, 0, 0, units(update.consumedCapacity()));
            case TransactWriteItemsResponse write -> consumed.plus(0, 0, 0, units(write.consumedCapacity()));
            default -> consumed;
        };
    }

    private static double units(List<ConsumedCapacity> tables) {
        return tables.stream().mapToDouble(CapacityMeter::units).sum();
    }

    private static double units(ConsumedCapacity table) {
        return table.capacityUnits();
    }
}
