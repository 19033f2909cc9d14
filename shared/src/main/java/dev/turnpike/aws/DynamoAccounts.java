package dev.turnpike.aws;

import dev.turnpike.access.Accounts;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.Owner;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/// A row for each user and each tenant that has used anything, or may use something of its own.
public final class DynamoAccounts implements Accounts {
    private final Table table;
    private final RequestCounts requests;

    public DynamoAccounts(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
        this.requests = new RequestCounts(this.table);
    }

    @Override
    public Both find(Owner owner, Instant now) {
        var ofUser = TableKeys.account(owner);
        var ofTenant = TableKeys.account(owner.wholeTenant());
        Map<Map<String, AttributeValue>, Account> found = new HashMap<>();
        for (Row row : table.getAll(owner.hasUser() ? List.of(ofUser, ofTenant) : List.of(ofTenant))) {
            found.put(
                    TableKeys.key(row.text(TableKeys.PK), row.text(TableKeys.SK)),
                    new Account(KeyRows.allowance(row), AccountRows.settled(row, now)));
        }
        return new Both(
                owner.hasUser() ? found.getOrDefault(ofUser, Account.NEW) : Account.NEW,
                found.getOrDefault(ofTenant, Account.NEW));
    }

    @Override
    public long count(Owner owner, Instant now) {
        var key = TableKeys.account(owner);
        var answer = table.run(requests.counting(key, now)
                .request()
                .returnValues(ReturnValue.ALL_NEW)
                .build());
        Row row = new Row(answer.attributes());
        requests.saw(key, row, now);
        return RequestCounts.in(row, now);
    }

    @Override
    public void allow(Owner owner, Allowance allowance) {
        table.run(KeyRows.change(table.update(TableKeys.account(owner)), allowance)
                .request()
                .build());
    }
}
