package dev.turnpike.policy;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One line of a policy. It speaks of a call when all of its conditions hold; a condition that is null always does.
///
/// What looks at several things at once, such as the paths of a patch, holds for an [Decision#ALLOW] when it holds for
/// all of them, and for the others when it holds for one: nothing is let through beside something that may pass.
///
/// @param tools names
/// @param paths of files that the arguments name
/// @param commands the simple commands of a shell's text, each for itself
/// @param hosts of the URLs in the arguments
/// @param reason in words for the model
record Rule(
        @Nullable NamePatterns tools,
        @Nullable Set<Kind> kinds,
        @Nullable Set<Effect> effects,
        @Nullable Set<Risk> risks,
        @Nullable NamePatterns paths,
        @Nullable NamePatterns commands,
        @Nullable NamePatterns hosts,
        Decision then,
        String reason) {

    Ruling ruling() {
        return new Ruling(then, reason);
    }

    /// Whether it can speak of calls of the tool at all.
    boolean concerns(Subject subject) {
        return (tools == null || tools.matches(subject.tool()))
                && (kinds == null || kinds.contains(subject.kind()))
                && (effects == null || effects.contains(subject.effect()))
                && (risks == null || Reach.dependsOnArguments(subject) || risks.contains(Risk.of(subject.effect())));
    }

    /// Whether it must see the arguments to know.
    boolean looksAtArguments(Subject subject) {
        return paths != null
                || commands != null
                || hosts != null
                || (risks != null && Reach.dependsOnArguments(subject));
    }

    /// @param reach of a call of a tool that the rule concerns
    boolean speaksOf(Reach reach) {
        return (risks == null || risks.contains(reach.risk()))
                && holds(paths, reach.paths())
                && holds(commands, reach.commands())
                && holds(hosts, reach.hosts());
    }

    private boolean holds(@Nullable NamePatterns patterns, List<String> all) {
        if (patterns == null) {
            return true;
        }
        return then == Decision.ALLOW
                ? !all.isEmpty() && all.stream().allMatch(patterns::matches)
                : all.stream().anyMatch(one -> patterns.matches(one) || one.equals(Reach.UNREADABLE));
    }
}
