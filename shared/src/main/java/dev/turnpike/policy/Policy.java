package dev.turnpike.policy;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.tool.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which calls of which tools are made. The first rule that speaks of a call decides; behind the operator's rules stand
/// those that are good for most: what only reads is allowed, what changes something asks, and commands that reach out
/// or destroy are denied.
///
/// Code decides, from the call alone: nothing that a model has read can change it.
public final class Policy {
    private static final Set<Kind> ELSEWHERE = EnumSet.of(Kind.JAVA, Kind.LAMBDA, Kind.HTTP, Kind.MCP);

    private static final List<Rule> USUAL = List.of(
            rule(Set.of(Kind.BUILT_IN), null, null, Decision.ALLOW, "it is harmless"),
            rule(null, Set.of(Risk.DESTRUCTIVE), null, Decision.DENY, "destructive commands are not allowed here"),
            rule(null, Set.of(Risk.NETWORK), null, Decision.DENY, "commands must not use the network here"),
            rule(ELSEWHERE, null, NamePatterns.parse("*"), Decision.ASK, "an address in the arguments is asked about"),
            rule(null, Set.of(Risk.READ_ONLY), null, Decision.ALLOW, "it only reads"),
            rule(null, null, null, Decision.ASK, "what changes something is asked about"));

    /// Of whoever wants no policy.
    public static final Policy ALLOW_ALL =
            new Policy(List.of(rule(null, null, null, Decision.ALLOW, "everything is allowed")));

    private final List<Rule> rules;

    private Policy(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// @param json a list of rules, see [RuleReader]; blank for none
    /// @throws IllegalArgumentException it is not; the message says where
    public static Policy parse(String json) {
        List<Rule> rules = new ArrayList<>(RuleReader.read(json));
        rules.addAll(USUAL);
        return new Policy(rules);
    }

    private static Rule rule(
            @Nullable Set<Kind> kinds,
            @Nullable Set<Risk> risks,
            @Nullable NamePatterns hosts,
            Decision then,
            String reason) {
        return new Rule(null, kinds, null, risks, null, null, hosts, then, reason);
    }

    /// @param arguments as the model wrote them
    public Ruling judge(Subject subject, String arguments) {
        @Nullable Reach reach = null;
        for (Rule rule : rules) {
            if (!rule.concerns(subject)) {
                continue;
            }
            if (!rule.looksAtArguments(subject)) {
                return rule.ruling();
            }
            reach = reach == null ? Reach.of(subject, arguments) : reach;
            if (rule.speaksOf(reach)) {
                return rule.ruling();
            }
        }
        throw new IllegalStateException("the last rule speaks of every call");
    }

    /// What is decided of every call of the tool, whatever its arguments are.
    ///
    /// @return empty when that depends on them
    public Optional<Decision> always(Subject subject) {
        Set<Decision> decisions = EnumSet.noneOf(Decision.class);
        for (Rule rule : rules) {
            if (rule.concerns(subject)) {
                decisions.add(rule.then());
                if (!rule.looksAtArguments(subject)) {
                    break;
                }
            }
        }
        return decisions.size() == 1 ? decisions.stream().findFirst() : Optional.empty();
    }
}
