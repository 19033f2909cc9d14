package dev.turnpike.budget;

import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Payer;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import java.util.Arrays;
import java.util.List;

/// Whose use is added up.
///
/// @param id of the conversation, the key or the user; `<conversation>/<run>` of a run, nothing of a tenant
public record Account(String tenant, Scope scope, String id) {

    /// As the log may name it: neither users nor content.
    String shown() {
        return switch (scope) {
            case RUN, CONVERSATION -> "conv_" + id.substring(0, Math.min(id.length(), 26)) + " of " + tenant;
            case KEY -> "key " + id + " of " + tenant;
            case USER -> "a user of " + tenant;
            case TENANT -> tenant;
        };
    }

    /// Those that a run's caps speak of, each with its caps; nobody is charged who is not known.
    public static List<Capped> of(Run run) {
        return Arrays.stream(Scope.values())
                .map(scope -> new Capped(
                        of(run.key(), run.payer(), scope),
                        run.limits().caps().stream()
                                .filter(cap -> cap.scope() == scope)
                                .toList()))
                .filter(capped -> !capped.caps().isEmpty())
                .filter(capped -> capped.account().scope() == Scope.TENANT
                        || !capped.account().id().isEmpty())
                .toList();
    }

    static Account of(RunKey run, Payer payer, Scope scope) {
        return new Account(run.tenant(), scope, id(run, payer, scope));
    }

    private static String id(RunKey run, Payer payer, Scope scope) {
        String conversation = run.conversation().id();
        return switch (scope) {
            case RUN -> conversation + "/" + run.run();
            case CONVERSATION -> conversation;
            case KEY -> payer.key();
            case USER -> payer.user();
            case TENANT -> "";
        };
    }

    /// @param caps of this account alone, at least one
    public record Capped(Account account, List<Cap> caps) {}
}
