package dev.turnpike.wiring;

import dev.turnpike.access.Accounts;
import dev.turnpike.access.AdminDoor;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.AuditLog;
import dev.turnpike.access.FailedAttempts;
import dev.turnpike.access.FrontDoor;
import dev.turnpike.access.KeyStore;
import dev.turnpike.aws.DynamoAccounts;
import dev.turnpike.aws.DynamoAttemptCounter;
import dev.turnpike.aws.DynamoAuditLog;
import java.time.InstantSource;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// What the api function lets callers in with, and what it keeps of them.
public record AccessParts(
        FrontDoor door, AdminDoor adminDoor, ApiKeys apiKeys, KeyStore keys, Accounts accounts, AuditLog audit) {

    static AccessParts of(
            DynamoDbClient dynamo, Settings settings, KeyStore keys, Supplier<String> adminKey, InstantSource clock) {
        String table = settings.resources().tableName();
        Settings.Limits.Use use = settings.limits().use();
        var accounts = new DynamoAccounts(dynamo, table);
        var audit = new DynamoAuditLog(dynamo, table);
        var attempts = new FailedAttempts(
                new DynamoAttemptCounter(dynamo, table), audit, use.failedAttemptsPerMinute(), clock);
        return new AccessParts(
                new FrontDoor(
                        keys, accounts, attempts, new FrontDoor.Terms(use.allowance(), use.warnAtPercent()), clock),
                new AdminDoor(adminKey, attempts),
                new ApiKeys(settings.deployment().environment()),
                keys,
                accounts,
                audit);
    }
}
