package dev.turnpike.operator;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.ledger.PriceList;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the command line of the check says.
///
/// @param tenants all of whose conversations are checked
/// @param conversations to be checked besides, with or without their `conv_`
/// @param providers whose prices the deployment charges; those of further providers as `name=prices`
record CheckFlags(
        @Nullable String table,
        List<String> tenants,
        List<String> conversations,
        @Nullable String region,
        @Nullable URI endpoint,
        List<String> providers,
        boolean help) {
    private static final Pattern OTHER = Pattern.compile("([a-z][a-z0-9-]{0,31})=(.+)");

    static final String HELP = """
        Checks what is stored, reading only. With Maven, flags go into -Dargs="...".

          --table NAME          the table
          --tenant T            check every listed conversation of this tenant and those with an active run; may be repeated
          --conversation ID     check this one of the first tenant instead, though it is not listed; may be repeated
          --region R            the table's region; from the environment if not said
          --endpoint URL        the local stack's table, or another AWS-compatible endpoint
          --provider P          whose prices are charged: an id of the price list or a base URL; openai if not said
          --provider NAME=P     the same for a further provider of this name; may be repeated
          --help                say this

        Ends with 0 when nothing is wrong, 1 when something is, 2 when it could not look.
        """;

    /// @throws IllegalArgumentException with a message for whoever typed it
    static CheckFlags parse(String... arguments) {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(arguments));
        var flags = new CheckFlags(null, List.of(), List.of(), null, null, List.of(), false);
        while (!rest.isEmpty()) {
            flags = flags.with(rest.remove(), rest);
        }
        if (!flags.help && (flags.table == null || flags.tenants.isEmpty())) {
            throw new IllegalArgumentException("Say --table and at least one --tenant. --help lists the flags.");
        }
        return flags;
    }

    private CheckFlags with(String flag, Deque<String> rest) {
        return switch (flag) {
            case "--table" ->
                new CheckFlags(value(flag, rest), tenants, conversations, region, endpoint, providers, help);
            case "--tenant" ->
                new CheckFlags(
                        table, and(tenants, value(flag, rest)), conversations, region, endpoint, providers, help);
            case "--conversation" ->
                new CheckFlags(
                        table, tenants, and(conversations, value(flag, rest)), region, endpoint, providers, help);
            case "--region" ->
                new CheckFlags(table, tenants, conversations, value(flag, rest), endpoint, providers, help);
            case "--endpoint" ->
                new CheckFlags(table, tenants, conversations, region, URI.create(value(flag, rest)), providers, help);
            case "--provider" ->
                new CheckFlags(
                        table, tenants, conversations, region, endpoint, and(providers, value(flag, rest)), help);
            case "--help", "-h" -> new CheckFlags(table, tenants, conversations, region, endpoint, providers, true);
            default -> throw new IllegalArgumentException("There is no flag " + flag + ". --help lists them.");
        };
    }

    private static String value(String flag, Deque<String> rest) {
        if (rest.isEmpty() || rest.peek().startsWith("--")) {
            throw new IllegalArgumentException(flag + " takes a value.");
        }
        return rest.remove();
    }

    private static List<String> and(List<String> values, String value) {
        List<String> more = new ArrayList<>(values);
        more.add(value);
        return List.copyOf(more);
    }

    /// The prices that costs are computed by.
    PriceList prices() {
        Map<String, PriceList> others = new HashMap<>();
        String first = "openai";
        for (String provider : providers) {
            Matcher other = OTHER.matcher(provider);
            if (other.matches()) {
                others.put(other.group(1), PriceList.forProvider(other.group(2)));
            } else {
                first = provider;
            }
        }
        return PriceList.forProvider(first).with(others);
    }

    /// The conversations that were named one by one.
    List<ConversationKey> named() {
        return conversations.stream()
                .map(id -> new ConversationKey(tenants.getFirst(), id.replaceFirst("^conv_", "")))
                .toList();
    }
}
