package dev.turnpike.responses;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Which of our tools run only once a person has allowed the call: `require_approval` of the tool of type `mcp`.
///
/// `"always"` or `"never"` stands for all of them. Beside that, two lists of names: what is in `always` asks, what is
/// in
/// `never` does not, and a tool that is in neither asks if there is a list of exceptions, `never`. Without the field
/// nothing asks.
final class ToolApproval {
    private static final List<String> RULES = List.of("always", "never");

    private ToolApproval() {}

    /// @param offered names of the tools that the request may use
    static Set<String> read(Fields tool, List<String> offered) {
        JsonNode rule = tool.value("require_approval");
        if (rule == null) {
            return Set.of();
        }
        if (rule.isString()) {
            String all = tool.oneOf("require_approval", RULES).orElse("never");
            return all.equals("always") ? Set.copyOf(offered) : Set.of();
        }
        Fields lists = Fields.of(rule, tool.path("require_approval"));
        lists.allowOnly(Set.copyOf(RULES));
        Set<String> askFirst = new HashSet<>(lists.has("never") ? offered : List.of());
        askFirst.removeAll(names(lists, "never"));
        askFirst.addAll(names(lists, "always"));
        askFirst.retainAll(offered);
        return Set.copyOf(askFirst);
    }

    private static List<String> names(Fields lists, String rule) {
        return lists.object(rule)
                .map(filter -> {
                    filter.allowOnly(Set.of("tool_names"));
                    return filter.texts("tool_names");
                })
                .orElse(List.of());
    }
}
