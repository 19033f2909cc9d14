package dev.turnpike.aws;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/// Writes an update expression. Every name goes through a placeholder, since many good names are reserved words.
final class UpdateRow {
    private final String table;
    private final Map<String, AttributeValue> key;
    private final List<String> sets = new ArrayList<>();
    private final List<String> adds = new ArrayList<>();
    private final List<String> deletes = new ArrayList<>();
    private final List<String> removes = new ArrayList<>();
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, AttributeValue> values = new HashMap<>();

    UpdateRow(String table, Map<String, AttributeValue> key) {
        this.table = table;
        this.key = key;
    }

    UpdateRow set(String name, String value) {
        return set(name, AttributeValue.fromS(value));
    }

    UpdateRow set(String name, long value) {
        return set(name, Row.number(value));
    }

    UpdateRow set(String name, AttributeValue value) {
        sets.add(name(name) + " = " + value(value));
        return this;
    }

    /// Adds to a number; an absent one counts as 0. Adding 0 is left out.
    UpdateRow add(String name, long amount) {
        if (amount != 0) {
            adds.add(name(name) + " " + value(Row.number(amount)));
        }
        return this;
    }

    /// Puts a text into a set.
    UpdateRow addTo(String name, String element) {
        adds.add(name(name) + " " + value(AttributeValue.fromSs(List.of(element))));
        return this;
    }

    /// Takes texts out of a set; of one that is not there: nothing.
    UpdateRow deleteFrom(String name, List<String> elements) {
        deletes.add(name(name) + " " + value(AttributeValue.fromSs(elements)));
        return this;
    }

    UpdateRow remove(String name) {
        removes.add(name(name));
        return this;
    }

    UpdateRow condition(String name, String value) {
        return condition(name, AttributeValue.fromS(value));
    }

    UpdateRow condition(String name, AttributeValue value) {
        conditions.add(name(name) + " = " + value(value));
        return this;
    }

    UpdateRow condition(String name, long value) {
        return compare(name, "=", value);
    }

    UpdateRow compare(String name, String operator, long value) {
        conditions.add(name(name) + " " + operator + " " + value(Row.number(value)));
        return this;
    }

    UpdateRow compareNames(String name, String operator, String other) {
        conditions.add(name(name) + " " + operator + " " + name(other));
        return this;
    }

    UpdateRow conditionIn(String name, String first, String second) {
        conditions.add("%s IN (%s, %s)"
                .formatted(name(name), value(AttributeValue.fromS(first)), value(AttributeValue.fromS(second))));
        return this;
    }

    /// Either attribute has the value, the second one before a moment only.
    ///
    /// @param until the attribute that holds the moment
    UpdateRow conditionEither(String name, String second, String value, String until, long now) {
        String wanted = value(AttributeValue.fromS(value));
        conditions.add("(%s = %s OR (%s = %s AND %s > %s))"
                .formatted(name(name), wanted, name(second), wanted, name(until), value(Row.number(now))));
        return this;
    }

    /// @param name null for no condition
    UpdateRow conditionAbsent(@Nullable String name) {
        if (name != null) {
            conditions.add("attribute_not_exists(" + name(name) + ")");
        }
        return this;
    }

    /// Not there yet, or this.
    UpdateRow conditionAbsentOr(String name, String value) {
        String field = name(name);
        conditions.add(
                "(attribute_not_exists(" + field + ") OR " + field + " = " + value(AttributeValue.fromS(value)) + ")");
        return this;
    }

    UpdateRow conditionAbsentOr(String name, long value) {
        String field = name(name);
        conditions.add("(attribute_not_exists(" + field + ") OR " + field + " = " + value(Row.number(value)) + ")");
        return this;
    }

    /// Not there yet, or no more than this. Of an absent number nothing is known: what is more than all of it must be
    /// told by the caller.
    UpdateRow conditionAbsentOrAtMost(String name, long most) {
        String field = name(name);
        conditions.add("(attribute_not_exists(" + field + ") OR " + field + " <= " + value(Row.number(most)) + ")");
        return this;
    }

    /// A set that has fewer elements than this, or is not there.
    UpdateRow conditionFewer(String name, int most) {
        String field = name(name);
        conditions.add(
                "(attribute_not_exists(" + field + ") OR size(" + field + ") < " + value(Row.number(most)) + ")");
        return this;
    }

    UpdateRow conditionPresent(String name) {
        conditions.add("attribute_exists(" + name(name) + ")");
        return this;
    }

    UpdateItemRequest.Builder request() {
        return UpdateItemRequest.builder()
                .tableName(table)
                .key(key)
                .updateExpression(expression())
                .conditionExpression(conditions.isEmpty() ? null : String.join(" AND ", conditions))
                .expressionAttributeNames(names)
                .expressionAttributeValues(values.isEmpty() ? null : values);
    }

    Update transactional(ReturnValuesOnConditionCheckFailure onFailure) {
        return Update.builder()
                .tableName(table)
                .key(key)
                .updateExpression(expression())
                .conditionExpression(conditions.isEmpty() ? null : String.join(" AND ", conditions))
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .returnValuesOnConditionCheckFailure(onFailure)
                .build();
    }

    private String expression() {
        return part("SET ", sets) + part(" ADD ", adds) + part(" DELETE ", deletes) + part(" REMOVE ", removes);
    }

    private static String part(String verb, List<String> clauses) {
        return clauses.isEmpty() ? "" : verb + String.join(", ", clauses);
    }

    /// @param name an attribute, or an element of a list like `queue[0]`
    private String name(String name) {
        int index = name.indexOf('[');
        String attribute = index < 0 ? name : name.substring(0, index);
        names.put("#" + attribute, attribute);
        return "#" + name;
    }

    private String value(AttributeValue value) {
        String placeholder = ":v" + values.size();
        values.put(placeholder, value);
        return placeholder;
    }
}
