package dev.turnpike.usage;

import java.util.Set;

/// What a report is about. What names nothing leaves nothing out.
public record UsageFilter(Set<String> tenants, Set<String> users, Set<String> keys, Set<String> models) {
    public static final UsageFilter ALL = new UsageFilter(Set.of(), Set.of(), Set.of(), Set.of());

    /// Of one key of a tenant's; of all of them when it is empty.
    public static UsageFilter of(String tenant, String key) {
        return new UsageFilter(Set.of(tenant), Set.of(), key.isEmpty() ? Set.of() : Set.of(key), Set.of());
    }

    boolean takes(DailyUse use) {
        Tag tag = use.tag();
        return takes(tenants, use.tenant())
                && takes(users, tag.user())
                && takes(keys, tag.key())
                && takes(models, tag.model());
    }

    private static boolean takes(Set<String> wanted, String one) {
        return wanted.isEmpty() || wanted.contains(one);
    }
}
