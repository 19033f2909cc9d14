package dev.turnpike.check;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/// Collects what the rules find in one conversation.
final class Found {
    private final ConversationKey conversation;
    private final List<Violation> violations = new ArrayList<>();

    Found(ConversationKey conversation) {
        this.conversation = conversation;
    }

    /// @param found with `{}` for each of the words, which are put in only when they are told
    void unless(boolean holds, int invariant, String row, String found, @Nullable Object... words) {
        if (!holds) {
            violations.add(new Violation(invariant, conversation, row, told(found, words)));
        }
    }

    private static String told(String found, @Nullable Object... words) {
        String told = found;
        for (Object word : words) {
            told = told.replaceFirst("\\{}", Matcher.quoteReplacement(String.valueOf(word)));
        }
        return told;
    }

    void unless(boolean holds, int invariant, Run run, String found, @Nullable Object... words) {
        unless(holds, invariant, "run " + run.key().run(), found, words);
    }

    List<Violation> violations() {
        return violations;
    }

    static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
